"""Live pictures, one file each."""
