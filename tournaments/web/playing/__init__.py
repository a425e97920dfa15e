"""A participant's way: first page, data, upload, submissions, forecasters."""
