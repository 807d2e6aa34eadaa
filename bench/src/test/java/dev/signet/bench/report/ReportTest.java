// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Result RESULT =
      new Result(
          "library",
          "Verification",
          List.of("requests/s", "p50, µs"),
          List.of(
              Row.of("bare", Samples.of(100, 200, 300), Samples.of(5, 5, 5)),
              Row.of("complete", Samples.of(90, 160, 270), Samples.of(6, 6, 6))),
          List.of(Floor.atLeast(0.95, "at least 0.95 of bare", 0.9)),
          List.of("A note."));

  @Test
  void markdownShowsMediansSpreadRatiosFloorAndNotes() throws IOException {
    StringBuilder out = new StringBuilder();
    new MarkdownReport(out).result(RESULT);
    assertThat(out)
        .hasToString(
            """

            ### Verification

            | | requests/s | ratio | p50, µs | ratio |
            |---|--:|--:|--:|--:|
            | bare | 200 (100 to 300) | 1.00 | 5.00 (5.00 to 5.00) | 1.00 |
            | complete | 160 (90.0 to 270) | 0.90 | 6.00 (6.00 to 6.00) | 1.20 |

            **Floor:** at least 0.95 of bare: measured 0.90, MISSED

            - A note.
            """);
  }

  @Test
  void markdownOfOneRowHasNoRatio() throws IOException {
    StringBuilder out = new StringBuilder();
    new MarkdownReport(out)
        .result(
            new Result(
                "memory",
                "Memory",
                List.of("MiB"),
                List.of(Row.of("service", Samples.of(80))),
                List.of(),
                List.of()));
    assertThat(out.toString()).contains("| | MiB |\n|---|--:|\n| service | 80.0 |\n");
  }

  @Test
  void jsonIsOneObjectALineWithUnroundedFigures() throws IOException {
    StringBuilder out = new StringBuilder();
    new JsonReport(out).result(RESULT);
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode node = new ObjectMapper().readTree(out.toString());
    JsonNode complete = node.at("/rows/1/figures/requests~1s");
    assertThat(complete.get("median").asDouble()).isEqualTo(160);
    assertThat(complete.get("ratio").asDouble()).isEqualTo(0.9);
    assertThat(node.at("/floors/0/met").asBoolean(true)).isFalse();
  }

  @Test
  void floorsGoUpAndDown() {
    assertThat(Floor.atLeast(1000, "", 1000).met()).isTrue();
    assertThat(Floor.atLeast(1000, "", 999).met()).isFalse();
    assertThat(Floor.atMost(1, "", 0.9).met()).isTrue();
    assertThat(Floor.atMost(1, "", 1.1).met()).isFalse();
  }

  @Test
  void refusesRowsThatDoNotFitTheColumns() {
    List<Row> rows = List.of(Row.of("x", Samples.of(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Result("x", "x", List.of("a", "b"), rows, List.of(), List.of()));
  }

  @Test
  void machineIsReadAndSaysWhenItWasBusy() {
    assertThat(Machine.processorIn("processor : 0\nmodel name\t: AMD EPYC\nmodel name\t: x\n"))
        .isEqualTo("AMD EPYC");
    assertThat(Machine.processorIn("")).isEqualTo("unknown processor");
    assertThat(new Machine("p", 2, "k", "j", 3.5)).asString().contains("not quiet");
    assertThat(new Machine("p", 2, "k", "j", 0.1)).asString().doesNotContain("not quiet");
  }
}
