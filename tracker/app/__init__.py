"""The program: what the command line runs, shows and writes."""
