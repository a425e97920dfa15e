"""Face 2: pages. Each view reads its input, calls services and renders; access is the services' to decide."""
