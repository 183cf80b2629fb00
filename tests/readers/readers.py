"""Programs of others read what simmer writes. usage: readers.py SIMMER CELLS [CHECK...]"""
