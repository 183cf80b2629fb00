"""A process changes its own globals, not those of the program."""
from concurrent.futures import ProcessPoolExecutor

salt = 0


def add_salt(n):
    global salt
    salt += n
    return salt


def main():
    with ProcessPoolExecutor(1) as pool:
        print(pool.submit(add_salt, 3).result())
    print(salt)


if __name__ == "__main__":
    main()
