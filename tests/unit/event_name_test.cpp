// Names held against a small contract: what is right, what is wrong and why, and the mended name. The shipped
// vocabulary is tested in SQL.
#include <gtest/gtest.h>

#include "functions/event/contract.hpp"
#include "functions/event/judge_event.hpp"
#include "tests/unit/support/event_rules.hpp"

namespace {

using lifecycle::event::Contract;
using lifecycle::event::Finding;

class EventName : public testing::Test {
 protected:
  // Code without "event_name." and the mended name; empty where nothing is wrong.
  std::string verdict(std::string_view name) {
    const std::optional<Finding> found = lifecycle::event::explain_event_name(contract, name);
    if (!found) {
      return "";
    }
    EXPECT_EQ(found->pointer, "/event_name");
    const std::string code = found->code.substr(found->code.find('.') + 1);
    return found->proposed.empty() ? code : code + " " + found->proposed;
  }

  Contract contract{lifecycle::test::small_contract()};
};

TEST_F(EventName, Right) {
  for (const char* name : {"project_created",
                           "signed_up",
                           "user_signed_up",
                           "user_signed_up_again",
                           "user_signed_up_successfully",
                           "item_added_to_cart",
                           "email_marked_as_spam",
                           "user_viewed_page",
                           "account_added_user",
                           "user_logged_in_app",
                           "page_viewed_in_app",
                           "invoice_sent",
                           "trial_began",
                           "account_reset",
                           "user_set_price",
                           "new_user_created",
                           "user_status_changed",
                           "daily_report_sent",
                           "total_updated",
                           "step_2_completed",
                           "s3_upload_failed"}) {
    EXPECT_EQ(verdict(name), "") << name;
  }
}

TEST_F(EventName, Wrong) {
  for (const auto& [name, problem] : {std::pair{"is_active_user", "flag user_activated"},
                                      {"has_account", "flag"},
                                      {"user_status", "state user_status_changed"},
                                      {"user_id", "state"},
                                      {"daily_login_count", "count user_logged_in"},
                                      {"total_logins", "count user_logged_in"},
                                      {"total_orders_placed", "count order_placed"},
                                      {"churned_user", "adjective user_churned"},
                                      {"logged_in_user", "adjective user_logged_in"},
                                      {"web_logged_in_users", "adjective user_web_logged_in"},
                                      {"completed_order", "adjective order_completed"},
                                      {"premium_user", "adjective"},
                                      {"active_users", "adjective user_activated"},
                                      {"user_preferred_page", "adjective"},
                                      {"user_login", "tense user_logged_in"},
                                      {"page_visit", "tense page_visited"},
                                      {"create_project", "tense project_created"},
                                      {"project_create", "tense project_created"},
                                      {"project_creating", "tense project_created"},
                                      {"creating_project", "tense project_created"},
                                      {"user_creates_project", "tense user_created_project"},
                                      {"sign_up", "tense user_signed_up"},
                                      {"user_need", "tense"},
                                      {"data_set", "tense"},
                                      {"reset_page", "tense page_reset"},
                                      {"user_not_created", "state"},
                                      {"page_unviewed", "state"},
                                      {"project_createed", "spelling project_created"},
                                      {"email_verified_flag", "state email_verified"},
                                      {"signedup", "tense user_signed_up"},
                                      {"the_user", "tense"}}) {
    EXPECT_EQ(verdict(name), problem) << name;
  }
}

TEST_F(EventName, NoSnakeCase) {
  for (const char* name : {"ProjectCreated", "projectCreated", "Project Created", "project.created", "project-created",
                           "PROJECT_CREATED", "_project_created", "project_created_", "project__created",
                           "project/created", "$project_created", "1_project_created"}) {
    EXPECT_EQ(verdict(name), "case project_created") << name;
  }
  EXPECT_EQ(verdict("projét_created"), "case");
  EXPECT_EQ(verdict("___"), "case");
  EXPECT_EQ(verdict("user.signup"), "case user_signed_up");
}

TEST_F(EventName, Structure) {
  EXPECT_EQ(verdict({}), "missing");
  EXPECT_EQ(verdict(""), "empty");
  EXPECT_EQ(verdict(std::string(201, 'x')), "too_long");
  EXPECT_EQ(verdict(std::string(180, 'x') + "_created"), "");
  EXPECT_EQ(verdict("created"), "");
}

TEST_F(EventName, Warnings) {
  const std::optional<Finding> found = lifecycle::event::explain_event_name(contract, "beta_project_created");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->severity, lifecycle::event::Severity::warning);
  EXPECT_EQ(contract.name("beta_project_created"), lifecycle::event::naming_warning);
  EXPECT_EQ(contract.name("beta_project"), lifecycle::event::naming_error);
}

// Every mended name is itself right, and nothing that comes out twice is another thing the second time.
TEST_F(EventName, MendsAreRight) {
  const std::vector<std::string> words = {
      "user",   "is", "active", "created", "create", "login",    "status",  "count", "daily", "sent",   "page",
      "signed", "up", "to",     "not",     "views",  "creating", "churned", "total", "need",  "unpaid", "2"};
  for (std::size_t i = 0; i < words.size() * words.size() * words.size(); ++i) {
    const std::string name = words[i % words.size()] + "_" + words[i / words.size() % words.size()] + "_" +
                             words[i / words.size() / words.size()];
    const std::optional<Finding> found = lifecycle::event::explain_event_name(contract, name);
    ASSERT_EQ(found.has_value(), contract.name(name) != lifecycle::event::valid) << name;
    if (found && !found->proposed.empty()) {
      ASSERT_EQ(contract.name(found->proposed), lifecycle::event::valid) << name << " -> " << found->proposed;
    }
  }
}

TEST_F(EventName, MemoGivesTheSameVerdicts) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) {
      const std::string name = "item_" + std::to_string(i * 7919 % 5000) + (i % 3 == 0 ? "_status" : "_created");
      ASSERT_EQ(contract.name(name), i % 3 == 0 ? lifecycle::event::naming_error : lifecycle::event::valid) << name;
      ASSERT_EQ(contract.key(name), lifecycle::event::valid);
    }
  }
}

} // namespace
