// The cores of the hot paths: one document, one address, one text at a time, all of it in cache.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>

#include "functions/contact/normalize_email.hpp"
#include "functions/fingerprint/event_fingerprint.hpp"
#include "functions/fingerprint/fingerprint.hpp"
#include "functions/json/canonical_writer.hpp"
#include "functions/parity/md5.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"

namespace lifecycle {
namespace {

// As bench/setup/events.sql makes them: twelve keys, about 250 bytes.
std::string sample_document() {
  return test::encode_jsonb(
      R"({"form_id":"form_3","submission":"resp_421337","score":17,"ratio":0.5948,"completed":true,)"
      R"("version":"1.2.0","duration_ms":53669,"answers":[1,2,1,2,0],)"
      R"("note":"free text of the client, 421337","device":{"app":"web","build":4117},)"
      R"("locale":"en_CA","thread":140445})");
}

void canonical_form(benchmark::State& state) {
  const std::string document = sample_document();
  json::CanonicalWriter writer;
  std::size_t bytes = 0;
  for (auto unused : state) {
    bytes += writer.write(document, json::NumberForm::exact).size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(canonical_form);

void fingerprint_of_document(benchmark::State& state) {
  const std::string document = sample_document();
  json::CanonicalWriter writer;
  for (auto unused : state) {
    benchmark::DoNotOptimize(fingerprint(writer, document));
  }
}
BENCHMARK(fingerprint_of_document);

void fingerprint_of_event(benchmark::State& state) {
  const std::string document = sample_document();
  json::CanonicalWriter writer;
  std::string email;
  const EventContent event{"Ada.Moreau@Clinic.example", "form", "phq9", "google_form", 820'454'400'000'000, document};
  for (auto unused : state) {
    benchmark::DoNotOptimize(event_fingerprint(writer, event, email));
  }
}
BENCHMARK(fingerprint_of_event);

void normal_form_of_email(benchmark::State& state, std::string_view raw) {
  std::string email;
  for (auto unused : state) {
    benchmark::DoNotOptimize(normalize_email(raw, email));
  }
}
BENCHMARK_CAPTURE(normal_form_of_email, plain, "Ada.Moreau@clinic.example");
BENCHMARK_CAPTURE(normal_form_of_email, display_name, "\"Moreau, Ada\" <ada.moreau@clinic.example>");
BENCHMARK_CAPTURE(normal_form_of_email, accents,
                  "Zo\xC3\xAB.Gon\xC3\xA7"
                  "alves@clinic.example");

void md5_of_text(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto unused : state) {
    benchmark::DoNotOptimize(parity::md5_prefix(text));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(md5_of_text)->Arg(250)->Arg(4096);

} // namespace
} // namespace lifecycle

BENCHMARK_MAIN();
