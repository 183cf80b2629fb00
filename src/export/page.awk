# The 64 hexadecimal digits that sha256sum prints, as a C string of the same bytes in base64:
# what a page's Content-Security-Policy calls a script by. Three digits are two letters.
{
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for (i = 1; i <= 64; i += 3) {
		n = 0
		for (k = 0; k < 3; k++)
			n = n * 16 + index("123456789abcdef", substr($1 "00", i + k, 1))
		hash = hash substr(letters, int(n / 64) + 1, 1)
		if (i < 64)
			hash = hash substr(letters, n % 64 + 1, 1)
	}
	printf "\"%s=\"\n", hash
}
# Without sha256sum there is no hash.
END { exit NR == 0 }
