"""Face 3: the command line. Each command reads its words, calls a service and tells what came of it."""
