#include "base/encoding.h"
#include "funding/cashaddr.h"
#include "unit/test.h"

#include <string.h>

/* Without these a mistyped Bitcoin Cash address could be shown, and gifts to it would be lost. */

struct vector {
    const char *prefix;
    int type;
    const char *hash, *address;
};

/* From the specification's tables. */
static const struct vector vectors[] = {
    { "bitcoincash", 0, "f5bf48b397dae70be82b3cca4793f8eb2b6cdac9",
      "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2" },
    { "bchtest", 1, "f5bf48b397dae70be82b3cca4793f8eb2b6cdac9",
      "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t" },
    { "pref", 1, "f5bf48b397dae70be82b3cca4793f8eb2b6cdac9",
      "pref:pr6m7j9njldwwzlg9v7v53unlr4jkmx6ey65nvtks5" },
    { "bitcoincash", 0, "7adbf6c17084bc86c1706827b41a56f5ca32865925e946ea",
      "bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0" },
    { "bitcoincash", 0, "3173ef6623c6b48ffd1a3dcc0cc6489b0a07bb47a37f47cfef4fe69de825c060",
      "bitcoincash:qvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq5nlegake" },
    { "bitcoincash", 0,
      "d0f346310d5513d9e01e299978624ba883e6bda8f4c60883c10f28c2967e67ec77ecc7eeeaeafc6da89fad72d11a"
      "c961e164678b868aeeec5f2c1da08884175b",
      "bitcoincash:qlg0x333p4238k0qrc5ej7rzfw5g8e4a4r6vvzyrcy8j3s5k0en7calvclhw46hudk5flttj6ydvjc0p"
      "v3nchp52amk97tqa5zygg96mtky5sv5w" },
};

TEST(cashaddr_reads_the_specifications_table)
{
    struct arena a;
    arena_init(&a, 100000);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct cashaddr got;
        expect(cashaddr_parse(str_from_z(v->address), S("bitcoincash"), &got) == OK);
        expect_str(str_from_z(got.prefix), str_from_z(v->prefix));
        expect(got.type == v->type);
        expect_str(hex_print(&a, (struct str){ (const char *)got.hash, got.n }),
                   str_from_z(v->hash));
    }
    arena_free(&a);
}

TEST(cashaddr_may_leave_the_prefix_out_or_be_in_capitals)
{
    struct cashaddr a;
    expect(cashaddr_parse(S("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), S("bitcoincash"), &a) ==
           OK);
    expect_str(str_from_z(a.prefix), S("bitcoincash"));
    expect(cashaddr_parse(S("BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A"),
                          S("bitcoincash"), &a) == OK);
    expect(cashaddr_is_payable(&a));
    expect(cashaddr_parse(S("BITCOINCASH:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
                          S("bitcoincash"), &a) == CASHADDR_NOT_AN_ADDRESS);
}

TEST(cashaddr_refuses_old_addresses_by_name_and_others_networks)
{
    struct cashaddr a;
    expect(cashaddr_parse(S("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"), S("bitcoincash"), &a) ==
           CASHADDR_LEGACY);
    // The checksum covers the prefix: the same payload fails under another one.
    expect(cashaddr_parse(S("bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), S("bitcoincash"),
                          &a) == CASHADDR_CHECKSUM);
    expect(cashaddr_parse(S("bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t"), S("bitcoincash"),
                          &a) == OK);
    expect(!cashaddr_is_payable(&a));
}

TEST(cashaddr_pays_hashes_of_twenty_bytes_and_scripts_of_thirty_two)
{
    struct cashaddr a;
    expect(cashaddr_parse(S("bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"), S("x"),
                          &a) == OK);
    expect(a.type == 1 && cashaddr_is_payable(&a));
    expect(cashaddr_parse(str_from_z(vectors[4].address), S("x"), &a) == OK);
    expect(!cashaddr_is_payable(&a)); // 32 bytes of a key hash: no wallet makes that
    a.type = 1;
    expect(cashaddr_is_payable(&a));
    a.type = 4;
    expect(!cashaddr_is_payable(&a));
}

TEST(cashaddr_finds_every_single_wrong_character)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const char address[] = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a";
    char text[sizeof address];
    for (size_t i = 0; i < sizeof address - 1; i++) {
        for (const char *c = alphabet; *c; c++) {
            struct cashaddr a;
            memcpy(text, address, sizeof address);
            text[i] = *c;
            if (*c != address[i])
                expect(cashaddr_parse((struct str){ text, sizeof address - 1 }, S("bitcoincash"),
                                      &a) != OK);
        }
    }
}

TEST(cashaddr_refuses_what_is_too_long_or_too_short)
{
    struct cashaddr a;
    char text[CASHADDR_TEXT_MAX + 1];
    memset(text, 'q', sizeof text);
    expect(cashaddr_parse((struct str){ text, sizeof text }, S("bitcoincash"), &a) ==
           CASHADDR_NOT_AN_ADDRESS);
    expect(cashaddr_parse(S("bitcoincash:"), S("x"), &a) == CASHADDR_NOT_AN_ADDRESS);
    expect(cashaddr_parse(S("bitcoincash:qqqqqqqq"), S("x"), &a) == CASHADDR_NOT_AN_ADDRESS);
    expect(cashaddr_parse(S(":qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), S("x"), &a) ==
           CASHADDR_NOT_AN_ADDRESS);
    expect(cashaddr_parse(S(""), S("bitcoincash"), &a) == CASHADDR_NOT_AN_ADDRESS);
}
