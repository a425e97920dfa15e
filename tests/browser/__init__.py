"""Pages as people see them: a real Chromium on a running stack, over HTTP only."""
