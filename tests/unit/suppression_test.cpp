#include <gtest/gtest.h>

#include <string>

#include "functions/suppression/suppression_list.hpp"

namespace lifecycle::suppression {
namespace {

std::string hex(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 0xFU];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hex(hash.finish());
}

// FIPS 180-4's examples, and one more block and one less at each edge of the padding.
TEST(Suppression, Sha256) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256(std::string(55, 'a')), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(sha256(std::string(56, 'a')), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(sha256(std::string(64, 'a')), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(Suppression, Sha256InPieces) {
  const std::string bytes(1000, 'x');
  for (std::size_t step = 1; step < 200; ++step) {
    Sha256 hash;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      hash.add(std::string_view(bytes).substr(at, step));
    }
    EXPECT_EQ(hex(hash.finish()), sha256(bytes)) << step;
  }
}

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(Suppression, HmacSha256) {
  EXPECT_EQ(hex(KeyedHash(std::string(20, '\x0b')).of(std::string_view("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(KeyedHash("Jefe").of(std::string_view("what do ya "), std::string_view("want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(KeyedHash(std::string(20, '\xaa')).of(std::string_view(std::string(50, '\xdd')))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex(KeyedHash(std::string(131, '\xaa'))
                    .of(std::string_view("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(KeyedHash(std::string(131, '\xaa'))
                    .of(std::string_view("This is a test using a larger than block-size key and a larger than "
                                         "block-size data. The key needs to be hashed before being used by the HMAC "
                                         "algorithm."))),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

std::string bytes_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

TEST(Suppression, ListKnowsWhomItHas) {
  SuppressionList list(std::string(32, 'k'));
  EXPECT_TRUE(list.empty());
  EXPECT_FALSE(list.has_contact_id("c1"));
  list.add(bytes_of(list.hash("contact_id", "c1")), "p1");
  list.add(bytes_of(list.hash("email", "Ann@X.org")), "p1");
  list.add(bytes_of(list.hash("user_id", "42")), "p2");
  EXPECT_FALSE(list.empty());
  EXPECT_TRUE(list.has_contact_id("c1"));
  EXPECT_FALSE(list.has_contact_id("C1"));
  EXPECT_FALSE(list.has_contact_id("42"));
  EXPECT_FALSE(list.has_contact_id(""));
  EXPECT_TRUE(list.has_email("ann@x.org"));
  EXPECT_TRUE(list.has_email(" Ann <ANN@x.ORG> "));
  EXPECT_FALSE(list.has_email("bann@x.org"));
  ASSERT_NE(list.pseudonym("42"), nullptr);
  EXPECT_EQ(*list.pseudonym("42"), "p2");
  ASSERT_NE(list.pseudonym("ANN@x.org"), nullptr);
  EXPECT_EQ(*list.pseudonym("ANN@x.org"), "p1");
  EXPECT_EQ(list.pseudonym("c1"), nullptr);
  EXPECT_EQ(list.pseudonym(""), nullptr);
}

TEST(Suppression, AnotherKeyMakesOtherHashes) {
  SuppressionList one(std::string(32, 'k'));
  SuppressionList other(std::string(32, 'l'));
  EXPECT_NE(one.hash("email", "a@b"), other.hash("email", "a@b"));
  EXPECT_NE(one.hash("email", "a@b"), one.hash("user_id", "a@b"));
}

} // namespace
} // namespace lifecycle::suppression
