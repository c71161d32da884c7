"""Many reports at once: files read, checked, routed and stored by whole columns."""
