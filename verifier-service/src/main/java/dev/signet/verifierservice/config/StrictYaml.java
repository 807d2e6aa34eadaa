// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * One YAML 1.2 document with the core schema and nothing that makes YAML dangerous or surprising:
 * no tags, no anchors or aliases, no second document, no duplicate keys.
 */
final class StrictYaml {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_DEPTH = 8;

  private StrictYaml() {}

  static MappingNode parse(String file, byte[] yaml) throws ConfigException {
    if (yaml.length > MAX_BYTES) {
      throw problem(file, 1, "expected at most " + MAX_BYTES + " bytes, got " + yaml.length);
    }
    String text = new String(yaml, StandardCharsets.UTF_8);
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setSchema(new CoreSchema())
            .setAllowDuplicateKeys(false)
            .setCodePointLimit(MAX_BYTES)
            .build();
    try {
      refuseCleverness(file, new Parse(settings).parseString(text));
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isPresent() && root.get() instanceof MappingNode mapping) {
        return mapping;
      }
      throw problem(file, 1, "expected a mapping of keys and values");
    } catch (MarkedYamlEngineException e) {
      throw problem(file, line(e.getProblemMark()), e.getProblem());
    } catch (YamlEngineException e) {
      throw problem(file, 1, "not YAML: " + e.getMessage());
    }
  }

  static int line(Optional<Mark> mark) {
    return mark.map(m -> m.getLine() + 1).orElse(1);
  }

  private static void refuseCleverness(String file, Iterable<Event> events) throws ConfigException {
    int depth = 0;
    int documents = 0;
    for (Event event : events) {
      int line = line(event.getStartMark());
      if (event instanceof AliasEvent
          || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
        throw problem(file, line, "anchors and aliases are not accepted; write the value out");
      }
      boolean tagged =
          switch (event) {
            case ScalarEvent s -> s.getTag().isPresent();
            case CollectionStartEvent c -> c.getTag().isPresent();
            default -> false;
          };
      if (tagged) {
        throw problem(file, line, "tags are not accepted");
      }
      if (event instanceof DocumentStartEvent && ++documents > 1) {
        throw problem(file, line, "expected one document, got a second one");
      }
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        default -> {}
      }
      if (depth > MAX_DEPTH) {
        throw problem(file, line, "nested deeper than " + MAX_DEPTH);
      }
    }
  }

  private static ConfigException problem(String file, int line, String text) {
    return new ConfigException(List.of(file + ":" + line + ": " + text));
  }
}
