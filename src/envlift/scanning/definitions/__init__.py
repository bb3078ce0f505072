"""What a file defines that reads in other files hang on, wrappers, settings classes and decorators; who mentions it."""
