# SystemExit outside of any loop: its status, with the finally blocks on the way.
try:
    try:
        print("leaving")
        raise SystemExit(9)
    except Exception:
        print("never")
finally:
    print("finally")
