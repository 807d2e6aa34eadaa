// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/** JSON as Protocol Buffers have it (google/protobuf/struct.proto): numbers are doubles there. */
final class Claims {
  private Claims() {}

  static Struct struct(JsonNode object) {
    Struct.Builder struct = Struct.newBuilder();
    object.properties().forEach(e -> struct.putFields(e.getKey(), value(e.getValue())));
    return struct.build();
  }

  private static Value value(JsonNode node) {
    Value.Builder value = Value.newBuilder();
    switch (node.getNodeType()) {
      case OBJECT -> value.setStructValue(struct(node));
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        node.forEach(element -> list.addValues(value(element)));
        value.setListValue(list);
      }
      case STRING -> value.setStringValue(node.textValue());
      case NUMBER -> value.setNumberValue(node.doubleValue());
      case BOOLEAN -> value.setBoolValue(node.booleanValue());
      default -> value.setNullValue(NullValue.NULL_VALUE);
    }
    return value.build();
  }
}
