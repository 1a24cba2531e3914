"""For each page of docs/rules/ the function that works its examples out through the program."""
