"""炒飯 & <b>“quoted”</b> é̂ \\ ]]> 🍚 ﷺ

Text that writers of JSON, XML, HTML and escape sequences get wrong: <script>alert("1")</script>,
--> ]]> &amp; &#0; </title></svg></style>, and whatever a scene may call its tasks.
"""
import asyncio


async def cook(name):
    #: A caption with "quotes", \back\slashes, <tags>, &amp; and 炒飯 in double width, </script> too.
    print(f"{name}: 炒飯が食べたい 🍚🍜 \x1b[31mred\x1b[0m \x07\x9b2J \u202eright to left\u202c \tx")
    await asyncio.sleep(1)
    print("Z͑ͫ̓ͪ̂ͫ̽a̴l combining, \u00ad soft, \ufeff mark, \u200b zero, \U000e0041 tag, \u2028 line")
    print("ｗｉｄｅ" * 30)
    return name


async def main():
    names = ["<b>&amp;", "炒飯", 'a"b', "c\\d", "]]>", "</script>", "\x1b[2J", "é", "🍚" * 20]
    #: </svg> ]]> 炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯炒飯
    await asyncio.gather(*(asyncio.create_task(cook(name), name=name) for name in names))


asyncio.run(main())
