// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static Redaction.Redacted redact(String pointer, String json) throws Exception {
    JsonNode tree = StrictJson.tree(json.getBytes(StandardCharsets.UTF_8), 1 << 20);
    return Redaction.parse(pointer).of(tree);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0060',
      value = {
        // pointer | before | after ($ stands for the mark) | values
        "/a | {\"a\":1,\"b\":2} | {\"a\":$,\"b\":2} | 1",
        "/a | {\"b\":2} | {\"b\":2} | 0",
        "/a | {\"a\":{\"deep\":[1]}} | {\"a\":$} | 1",
        "/a/0 | {\"a\":[1,2]} | {\"a\":[$,2]} | 1",
        "/a/00 | {\"a\":[1,2]} | {\"a\":[1,2]} | 0",
        "/a/-1 | {\"a\":[1,2]} | {\"a\":[1,2]} | 0",
        "/a/2 | {\"a\":[1,2]} | {\"a\":[1,2]} | 0",
        "/a/99999999999999999999 | {\"a\":[1,2]} | {\"a\":[1,2]} | 0",
        "/m/*/c | {\"m\":[{\"c\":1},{\"c\":2,\"d\":3},4]} | {\"m\":[{\"c\":$},{\"c\":$,\"d\":3},4]}"
            + " | 2",
        "/* | {\"a\":1,\"b\":[2]} | {\"a\":$,\"b\":$} | 2",
        "/*/x | {\"a\":{\"x\":1},\"*\":{\"x\":2}} | {\"a\":{\"x\":$},\"*\":{\"x\":$}} | 2",
        "/a~1b/m~0n | {\"a/b\":{\"m~n\":1}} | {\"a/b\":{\"m~n\":$}} | 1",
        "/~01 | {\"~1\":1,\"/\":2} | {\"~1\":$,\"/\":2} | 1",
        "/ | {\"\":1,\"a\":2} | {\"\":$,\"a\":2} | 1",
        "/0 | {\"0\":1} | {\"0\":$} | 1",
      })
  void takesOutWhatThePointerNames(String pointer, String before, String after, int values)
      throws Exception {
    Redaction.Redacted redacted = redact(pointer, before);
    assertThat(redacted.document().toString()).isEqualTo(after.replace("$", "\"[redacted]\""));
    assertThat(redacted.values()).isEqualTo(values);
  }

  @Test
  void takesOutTheWholeDocument() throws Exception {
    assertThat(redact("", "{\"a\":1}").document()).isEqualTo(Redaction.MARK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b", "#/a", "/~", "/~2", "/a~", " /a"})
  void refusesWhatIsNoPointer(String text) {
    assertThatThrownBy(() -> Redaction.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesPointersWithoutEnd() {
    assertThatThrownBy(() -> Redaction.parse("/a".repeat(33)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Redaction.parse("/" + "a".repeat(1024)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
