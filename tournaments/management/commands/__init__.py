"""One file a command; `python manage.py help COMMAND` has an example of each."""
