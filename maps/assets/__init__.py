"""The browser's third-party files: installed by npm from a lock with hashes, kept out of the repository."""
