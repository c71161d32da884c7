"""Reports that come as text messages."""
