"""Face 1: REST under /api/v1/. A view reads its input, calls a service, and renders what it gives."""
