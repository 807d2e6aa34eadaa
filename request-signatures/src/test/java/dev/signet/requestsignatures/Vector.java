// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One file of {@code vectors/}: what is expected, how to select, which key, and the message. */
record Vector(
    String name, String expect, Map<String, String> settings, MessageView message, String base) {

  static Vector read(Path file) throws IOException {
    Map<String, String> sections = new HashMap<>();
    String section = "settings";
    for (String line : Files.readString(file).lines().toList()) {
      if (line.startsWith("--- ")) {
        section = line.substring(4);
      } else {
        sections.merge(section, line, (a, b) -> a + "\n" + b);
      }
    }
    Map<String, String> settings = new HashMap<>();
    for (String line : sections.get("settings").lines().toList()) {
      settings.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
    }
    RequestView request =
        HttpText.request(settings.getOrDefault("scheme", "https"), sections.get("request"));
    String response = sections.get("response");
    return new Vector(
        file.getFileName().toString(),
        settings.get("expect"),
        settings,
        response == null ? request : HttpText.response(response, request),
        sections.get("base"));
  }

  SignatureSelection select() {
    String tag = settings.get("tag");
    return tag != null
        ? MessageSignatures.withTag(message, tag)
        : MessageSignatures.withLabel(message, settings.get("label"), SignatureLimits.STANDARD);
  }

  @Override
  public String toString() {
    return name;
  }
}
