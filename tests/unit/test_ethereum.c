#include "funding/ethereum.h"
#include "unit/test.h"

#include <string.h>

/* Without these a mistyped Ethereum address could be shown, and gifts to it would be lost. */

static const char *const vectors[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", // EIP-55's; the first four are all one case,
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D", // and right so
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

TEST(ethereum_reads_and_writes_the_addresses_of_eip_55)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        struct ethereum_address a;
        char text[ETHEREUM_TEXT + 1];
        expect(ethereum_parse(str_from_z(vectors[i]), &a) == OK);
        ethereum_print(&a, text);
        expect_str(str_from_z(text), str_from_z(vectors[i]));
    }
}

TEST(ethereum_refuses_addresses_without_a_checksum_and_with_a_wrong_one)
{
    struct ethereum_address a;
    expect(ethereum_parse(S("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), &a) ==
           ETHEREUM_NO_CHECKSUM);
    expect(ethereum_parse(S("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"), &a) ==
           ETHEREUM_NO_CHECKSUM);
    expect(ethereum_parse(S("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), &a) ==
           ETHEREUM_CHECKSUM);
    expect(ethereum_parse(S("0x6aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), &a) ==
           ETHEREUM_CHECKSUM);
}

TEST(ethereum_refuses_what_is_no_address)
{
    static const char *const wrong[] = {
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
        "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
        "newsroom.eth",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ethereum_address a;
        expect(ethereum_parse(str_from_z(wrong[i]), &a) == ETHEREUM_NOT_AN_ADDRESS);
    }
}
