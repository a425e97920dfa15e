"""What one is told, and by which way."""
