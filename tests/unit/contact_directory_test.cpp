#include "functions/contact/directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "functions/contact/normalize_email.hpp"
#include "functions/contact/white_space.hpp"
#include "functions/core/interrupt.hpp"

namespace {

using lifecycle::ContactDirectory;
using lifecycle::ContactOutcome;
using Maybe = std::optional<std::string>;
using Rows = std::vector<std::pair<Maybe, Maybe>>;

std::uint32_t plain_header(std::size_t size) { return static_cast<std::uint32_t>(size); }

lifecycle::NullableText nullable(const Maybe& text) {
  return text ? lifecycle::NullableText(*text) : lifecycle::NullableText();
}

Maybe text(const char* at) {
  if (at == nullptr) {
    return {};
  }
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 4, 0U);
  std::uint32_t size = 0;
  std::memcpy(&size, at, sizeof size);
  return std::string(at + ContactDirectory::header_size, size);
}

void fill(ContactDirectory& directory, const Rows& rows) {
  for (const auto& [id, email] : rows) {
    directory.add(nullable(id), nullable(email));
  }
  directory.finish();
}

struct Found {
  ContactOutcome outcome;
  Maybe id;
  Maybe email;
  bool operator==(const Found&) const = default;
};

Found resolve(const ContactDirectory& directory, const Maybe& id, const Maybe& email) {
  ContactDirectory::Expected expected;
  directory.expect(nullable(id), nullable(email), expected);
  directory.expect_row(expected);
  const auto found = directory.resolve(nullable(id), nullable(email));
  if (ContactDirectory::Resolution same{}; directory.resolve_expected(nullable(id), nullable(email), expected, same)) {
    EXPECT_EQ(same.outcome, found.outcome);
    EXPECT_EQ(same.contact_id, found.contact_id);
    EXPECT_EQ(same.contact_email, found.contact_email);
  }
  return {found.outcome, text(found.contact_id), text(found.contact_email)};
}

// The rules once more, slowly.
class Oracle {
 public:
  explicit Oracle(const Rows& rows) {
    for (const auto& [id, email] : rows) {
      if (!id || lifecycle::is_blank(*id)) {
        continue;
      }
      auto& emails = contacts_[*id];
      std::string key;
      if (email && lifecycle::normalize_email(*email, key)) {
        emails.insert(*email);
        owners_[key].insert(*id);
      }
    }
  }
  Found resolve(const Maybe& id, const Maybe& email) const {
    if (id && !lifecycle::is_blank(*id)) {
      const auto contact = contacts_.find(*id);
      if (contact == contacts_.end()) {
        return {ContactOutcome::unknown_contact, {}, {}};
      }
      return {ContactOutcome::given, *id, contact->second.empty() ? Maybe() : *contact->second.begin()};
    }
    const auto ids = candidates(email);
    if (ids.size() == 1) {
      return {ContactOutcome::matched, *ids.begin(), {}};
    }
    return {ids.empty() ? ContactOutcome::orphan : ContactOutcome::ambiguous, {}, {}};
  }
  std::set<std::string> candidates(const Maybe& email) const {
    std::string key;
    if (!email || !lifecycle::normalize_email(*email, key) || !owners_.contains(key)) {
      return {};
    }
    return owners_.at(key);
  }
  bool disagree(const Maybe& id, const Maybe& email) const {
    std::string key;
    if (!id || !contacts_.contains(*id) || contacts_.at(*id).empty() || !email ||
        !lifecycle::normalize_email(*email, key)) {
      return false;
    }
    for (const std::string& each : contacts_.at(*id)) {
      std::string other;
      lifecycle::normalize_email(each, other);
      if (other == key) {
        return false;
      }
    }
    return true;
  }
  bool operator==(const Oracle&) const = default;

 private:
  std::map<std::string, std::set<std::string>> contacts_;
  std::map<std::string, std::set<std::string>> owners_;
};

TEST(ContactDirectory, Empty) {
  ContactDirectory directory(plain_header, 1);
  directory.finish();
  EXPECT_EQ(resolve(directory, "c1", "a@b"), (Found{ContactOutcome::unknown_contact, {}, {}}));
  EXPECT_EQ(resolve(directory, {}, "a@b"), (Found{ContactOutcome::orphan, {}, {}}));
  EXPECT_EQ(resolve(directory, {}, {}), (Found{ContactOutcome::orphan, {}, {}}));
  EXPECT_TRUE(directory.candidates("a@b").empty());
  EXPECT_FALSE(directory.disagree("c1", "a@b"));
  const auto digest = directory.digest();
  EXPECT_EQ(digest.high | digest.low, 0U);
}

TEST(ContactDirectory, Rules) {
  ContactDirectory directory(plain_header, 2);
  fill(directory, {{"c1", "Alice@example.com"},
                   {"c1", "Alice@example.com"},
                   {"c1", "ALICE@example.com"},
                   {"c2", "bob@x"},
                   {"c3", "BOB@x"},
                   {"c4", {}},
                   {"c5", "  "},
                   {{}, "alice@example.com"},
                   {"", "ghost@x"},
                   {" \u00A0", "ghost@x"},
                   {"c6", "Straße@x"},
                   {"c7", "Ann <ann@x>"}});
  EXPECT_EQ(resolve(directory, {}, " alice@EXAMPLE.com"), (Found{ContactOutcome::matched, "c1", {}}));
  EXPECT_EQ(resolve(directory, {}, "bob@x"), (Found{ContactOutcome::ambiguous, {}, {}}));
  EXPECT_EQ(resolve(directory, "c3", "bob@x"), (Found{ContactOutcome::given, "c3", "BOB@x"}));
  EXPECT_EQ(resolve(directory, "c9", "alice@example.com"), (Found{ContactOutcome::unknown_contact, {}, {}}));
  EXPECT_EQ(resolve(directory, "C1", {}), (Found{ContactOutcome::unknown_contact, {}, {}}));
  EXPECT_EQ(resolve(directory, " ", "ann@x"), (Found{ContactOutcome::matched, "c7", {}})) << "a blank id is none";
  EXPECT_EQ(resolve(directory, "c1", {}), (Found{ContactOutcome::given, "c1", "ALICE@example.com"}))
      << "the smallest e-mail";
  EXPECT_EQ(resolve(directory, "c7", {}), (Found{ContactOutcome::given, "c7", "Ann <ann@x>"}))
      << "the e-mail as stored";
  EXPECT_EQ(resolve(directory, "c5", {}), (Found{ContactOutcome::given, "c5", {}}));
  EXPECT_EQ(resolve(directory, {}, "ghost@x"), (Found{ContactOutcome::orphan, {}, {}}));
  EXPECT_EQ(resolve(directory, {}, ""), (Found{ContactOutcome::orphan, {}, {}}));
  EXPECT_EQ(resolve(directory, {}, "STRASSE@X"), (Found{ContactOutcome::matched, "c6", {}}));
  EXPECT_EQ(directory.candidates("Bob@x"), (std::vector<std::string_view>{"c2", "c3"}));
  EXPECT_FALSE(directory.disagree("c1", "alice@example.com"));
  EXPECT_TRUE(directory.disagree("c1", "bob@x"));
  EXPECT_TRUE(directory.disagree("c1", "nobody@x"));
  EXPECT_FALSE(directory.disagree("c1", " "));
  EXPECT_FALSE(directory.disagree("c4", "bob@x")) << "a contact without an e-mail does not disagree";
  EXPECT_FALSE(directory.disagree("c9", "bob@x"));
}

Rows random_rows(std::mt19937& random, std::size_t size) {
  const std::vector<std::string> spellings = {"a", "A", "ß", "ss", "SS", "é", "e\u0301", "İ", "b", "B"};
  Rows rows;
  const auto ids = 1 + random() % (size + 1);
  const auto emails = 1 + random() % (2 * size + 1);
  for (std::size_t i = 0; i < size; ++i) {
    Maybe id = std::to_string(random() % ids);
    Maybe email = spellings[random() % spellings.size()];
    *email += std::to_string(random() % emails) + (random() % 2 == 0 ? "@x.de" : "@X.DE");
    if (random() % 20 == 0) {
      id.reset();
    }
    if (random() % 10 == 0) {
      email.reset();
    } else if (random() % 20 == 0) {
      *email = "N <" + *email + ">";
    } else if (random() % 20 == 0) {
      *email = " ";
    }
    rows.emplace_back(id, email);
  }
  return rows;
}

TEST(ContactDirectory, AgreesWithTheOracleOnRandomContacts) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const Rows rows = random_rows(random, random() % 120);
    ContactDirectory directory(plain_header, random());
    fill(directory, rows);
    const Oracle oracle(rows);
    Rows questions = random_rows(random, 40);
    questions.insert(questions.end(), rows.begin(), rows.end());
    std::vector<ContactDirectory::Expected> expectations;
    for (const auto& [id, email] : questions) {
      expectations.emplace_back();
      directory.expect(nullable(id), nullable(email), expectations.back());
      directory.expect_row(expectations.back());
      // What was expected of other questions misleads nobody.
      const auto& other = expectations[random() % expectations.size()];
      for (const Maybe& asked_id : {id, Maybe(), Maybe(" ")}) {
        if (ContactDirectory::Resolution answer{};
            directory.resolve_expected(nullable(asked_id), nullable(email), other, answer)) {
          ASSERT_EQ((Found{answer.outcome, text(answer.contact_id), text(answer.contact_email)}),
                    oracle.resolve(asked_id, email));
        }
      }
      for (const Maybe& asked_id : {id, Maybe()}) {
        ASSERT_EQ(resolve(directory, asked_id, email), oracle.resolve(asked_id, email));
      }
      ASSERT_EQ(directory.disagree(nullable(id), nullable(email)), oracle.disagree(id, email));
      const auto candidates = directory.candidates(nullable(email));
      const auto expected = oracle.candidates(email);
      ASSERT_EQ((std::set<std::string>(candidates.begin(), candidates.end())), expected);
      ASSERT_EQ(candidates.size(), expected.size());
      ASSERT_TRUE(std::is_sorted(candidates.begin(), candidates.end()));
    }
  }
}

auto digest_of(const Rows& rows, std::uint64_t seed) {
  ContactDirectory directory(plain_header, seed);
  fill(directory, rows);
  const auto digest = directory.digest();
  return std::pair(digest.high, digest.low);
}

TEST(ContactDirectory, AnswersWhatIsExpected) {
  ContactDirectory directory(plain_header, 2);
  fill(directory, {{"c1", "Alice@example.com"}, {"c2", "bob@x"}, {"c3", "BOB@x"}});
  const auto leads = [&](const Maybe& id, const Maybe& email, const Maybe& asked_id, const Maybe& asked_email) {
    ContactDirectory::Expected expected;
    directory.expect(nullable(id), nullable(email), expected);
    directory.expect_row(expected);
    ContactDirectory::Resolution answer{};
    return directory.resolve_expected(nullable(asked_id), nullable(asked_email), expected, answer);
  };
  EXPECT_TRUE(leads({}, "ALICE@example.com", {}, "alice@EXAMPLE.com"));
  EXPECT_TRUE(leads({}, "bob@x", {}, "BOB@x"));
  EXPECT_TRUE(leads("c1", {}, "c1", "bob@x"));
  EXPECT_FALSE(leads({}, "ALICE@example.com", {}, "alicf@EXAMPLE.com"));
  EXPECT_FALSE(leads({}, "ALICE@example.com", "c1", {})) << "found by e-mail says nothing of an id";
  EXPECT_FALSE(leads("c1", {}, {}, "alice@example.com")) << "nor the other way round: others may have that e-mail";
  EXPECT_FALSE(leads({}, "nobody@x", {}, "nobody@x"));
  EXPECT_FALSE(leads({}, {}, {}, {}));
}

TEST(ContactDirectory, DigestIsOrderFreeAndSeesEveryChange) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    Rows rows = random_rows(random, 1 + random() % 60);
    const auto digest = digest_of(rows, random());
    Rows shuffled = rows;
    shuffled.push_back(rows[random() % rows.size()]);
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_EQ(digest_of(shuffled, random()), digest) << "order and repeated rows do not matter";
    Rows changed = rows;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(random() % changed.size()));
    ASSERT_EQ(digest_of(changed, 1) == digest, Oracle(changed) == Oracle(rows));
    changed = rows;
    changed[random() % changed.size()].second = "changed@x";
    ASSERT_EQ(digest_of(changed, 1) == digest, Oracle(changed) == Oracle(rows));
    changed = rows;
    changed.emplace_back("new", Maybe());
    ASSERT_NE(digest_of(changed, 1), digest);
  }
  EXPECT_NE(digest_of({{"ab", "c"}}, 1), digest_of({{"a", "bc"}}, 1));
  EXPECT_NE(digest_of({{"a", "b"}, {"c", "d"}}, 1), digest_of({{"a", "d"}, {"c", "b"}}, 1));
  EXPECT_NE(digest_of({{"a", "B@x"}}, 1), digest_of({{"a", "b@x"}}, 1)) << "the e-mail as stored";
}

// No address is as long: the contact is as one that has none, but for the digest, which sees it come and go.
TEST(ContactDirectory, LeavesOutAddressesThatAreTooLong) {
  const std::string longest(lifecycle::longest_email, 'x');
  std::string foreign; // without one ASCII character
  while (foreign.size() <= lifecycle::longest_email) {
    foreign += "\u00e4";
  }
  const Rows rows = {{"a", foreign}, {"b", longest + "x"}, {"c", longest}, {"d", "d@x"}, {"a", "a@x"}};
  ContactDirectory directory(plain_header, 1);
  fill(directory, rows);
  EXPECT_EQ(resolve(directory, "a", Maybe()), (Found{ContactOutcome::given, "a", "a@x"}));
  EXPECT_EQ(resolve(directory, "b", Maybe()), (Found{ContactOutcome::given, "b", Maybe()}));
  EXPECT_EQ(resolve(directory, Maybe(), longest), (Found{ContactOutcome::matched, "c", Maybe()}));
  EXPECT_EQ(resolve(directory, Maybe(), longest + "x"), (Found{ContactOutcome::orphan, Maybe(), Maybe()}));
  EXPECT_EQ(resolve(directory, Maybe(), "d@x"), (Found{ContactOutcome::matched, "d", Maybe()}));
  EXPECT_NE(digest_of({{"a", foreign}}, 1), digest_of({{"a", Maybe()}}, 1));
  EXPECT_NE(digest_of({{"a", foreign}}, 1), digest_of({{"a", foreign + "x"}}, 1));
  EXPECT_NE(digest_of({{"a", foreign}, {"b", Maybe()}}, 1), digest_of({{"a", Maybe()}, {"b", foreign}}, 1));
  EXPECT_EQ(digest_of({{"a", foreign}, {"b", "b@x"}}, 1), digest_of({{"b", "b@x"}, {"a", foreign}, {"a", foreign}}, 2));
}

TEST(ContactDirectory, DigestIsAsDocumented) {
  // XXH3-128 of 02 00 00 00 00 00 00 00 'c' '1' 01 'a' '@' 'b', by an independent XXH3-128 (npm hash-wasm).
  EXPECT_EQ(digest_of({{"c1", "a@b"}}, 1),
            (std::pair<std::uint64_t, std::uint64_t>(0xe0c28054ff87ac31U, 0x0cd7f60cf28d7166U)));
}

TEST(ContactDirectory, ManyContactsWithOneEmailAndManyEmailsOfOneContact) {
  ContactDirectory directory(plain_header, 3);
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    directory.add(number, "none@none");
    directory.add("everyone", number + "@x");
  }
  directory.finish();
  EXPECT_EQ(resolve(directory, {}, "none@none").outcome, ContactOutcome::ambiguous);
  EXPECT_EQ(directory.candidates("none@none").size(), static_cast<std::size_t>(count));
  EXPECT_EQ(resolve(directory, {}, "77@x"), (Found{ContactOutcome::matched, "everyone", {}}));
  EXPECT_EQ(resolve(directory, "everyone", {}), (Found{ContactOutcome::given, "everyone", "0@x"}));
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_FALSE(directory.disagree("everyone", "77@x")) << "walks the shorter chain";
    ASSERT_FALSE(directory.disagree("77", "none@none"));
  }
  static_cast<void>(directory.digest());
}

// A row larger than a piece of the arena, normalised to itself and not, and small rows behind it.
TEST(ContactDirectory, HugeEmailsAmongSmallOnes) {
  Rows rows;
  for (int i = 0; i < 30; ++i) {
    rows.emplace_back("before" + std::to_string(i), "before" + std::to_string(i) + "@x");
    if (i % 10 == 0) {
      const char letter = i % 20 == 0 ? 'a' : 'A';
      rows.emplace_back(std::string(3'000'000 + i, letter), "id" + std::to_string(i) + "@x");
      rows.emplace_back("huge" + std::to_string(i), std::string(lifecycle::longest_email - 2 - i, letter) + "@x");
    }
  }
  ContactDirectory directory(plain_header, 7);
  fill(directory, rows);
  for (const auto& [id, email] : rows) {
    EXPECT_EQ(resolve(directory, id, {}), (Found{ContactOutcome::given, id, email}));
    EXPECT_EQ(resolve(directory, {}, email), (Found{ContactOutcome::matched, id, {}}));
  }
}

TEST(ContactDirectory, BuildingCanBeInterrupted) {
  struct Stop {};
  ContactDirectory directory(plain_header, 3);
  for (int i = 0; i < 5'000; ++i) {
    directory.add(std::to_string(i), "a@b");
  }
  lifecycle::interrupt_hook = [] { throw Stop(); };
  EXPECT_THROW(directory.finish(), Stop);
  lifecycle::interrupt_hook = nullptr;
}

} // namespace
