"""A tournament as large as this project has to be quick with: for measuring, never for people."""
