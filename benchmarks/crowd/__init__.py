"""The crowd that plays the reference worlds: thirty participants with real models, and three who copy."""
