// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image configuration (OCI image specification 1.1, {@code config.md}). Members that say nothing
 * about what runs, such as the history, may hold anything.
 *
 * @param diffIds digests of the uncompressed layers, lowest first
 */
record ParsedConfig(ImageConfig config, List<Digest> diffIds) {

  Platform platform() {
    return config.platform();
  }

  static ParsedConfig parse(byte[] bytes) throws RefusedImageException {
    try {
      JsonNode json = StrictJson.tree(bytes, bytes.length);
      String variant = optional(json, "variant", 32);
      Platform platform =
          Platform.parse(
              text(json, "os", 32)
                  + "/"
                  + text(json, "architecture", 32)
                  + (variant.isEmpty() ? "" : "/" + variant));
      if (!platform.os().equals("linux")) {
        throw bad("os: expected linux");
      }
      JsonNode run = json.path("config");
      String directory = optional(run, "WorkingDir", 4096);
      if (!directory.isEmpty() && !directory.startsWith("/")) {
        throw bad("config.WorkingDir: expected an absolute path");
      }
      List<String> env = strings(run, "Env");
      if (!env.stream().allMatch(e -> e.indexOf('=') > 0)) {
        throw bad("config.Env: expected NAME=VALUE");
      }
      String signal = optional(run, "StopSignal", 32);
      return new ParsedConfig(
          new ImageConfig(
              platform,
              optional(run, "User", 255),
              strings(run, "Entrypoint"),
              strings(run, "Cmd"),
              env,
              directory,
              signal.isEmpty() ? Optional.empty() : Optional.of(signal)),
          diffIds(json.path("rootfs")));
    } catch (MalformedMessageException | IllegalArgumentException e) {
      throw new RefusedImageException(
          Reason.BAD_CONFIG, "the image's configuration: " + e.getMessage());
    }
  }

  private static List<Digest> diffIds(JsonNode rootfs) {
    if (!rootfs.path("type").asText().equals("layers") || !rootfs.path("diff_ids").isArray()) {
      throw bad("rootfs: expected type layers and a list diff_ids");
    }
    List<Digest> ids = new ArrayList<>();
    for (JsonNode id : rootfs.path("diff_ids")) {
      ids.add(Digest.parse(id.asText()));
    }
    return ids;
  }

  private static String text(JsonNode in, String name, int max) {
    String value = optional(in, name, max);
    if (value.isEmpty()) {
      throw bad(name + ": expected a text");
    }
    return value;
  }

  private static String optional(JsonNode in, String name, int max) {
    JsonNode value = in.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (!value.isTextual() || value.asText().length() > max || value.asText().indexOf('\0') >= 0) {
      throw bad(name + ": expected a text of at most " + max + " characters");
    }
    return value.asText();
  }

  private static List<String> strings(JsonNode in, String name) {
    JsonNode value = in.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    for (JsonNode one : value) {
      if (!one.isTextual() || one.asText().indexOf('\0') >= 0) {
        throw bad(name + ": expected a list of texts");
      }
      all.add(one.asText());
    }
    if (!value.isArray()) {
      throw bad(name + ": expected a list of texts");
    }
    return all;
  }

  private static IllegalArgumentException bad(String what) {
    return new IllegalArgumentException(what);
  }
}
