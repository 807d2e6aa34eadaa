// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.requestsignatures.RequestView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request exactly as it is going to be sent, apart from the signature itself. */
record RequestToSign(String method, Target target, List<Field> fields) implements RequestView {

  @Override
  public String scheme() {
    return target.scheme();
  }

  @Override
  public String authority() {
    return target.authority();
  }

  @Override
  public String path() {
    return target.path();
  }

  @Override
  public Optional<String> query() {
    return target.query();
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    List<String> values = List.of();
    for (Field field : fields) {
      if (field.key().equals(lowerCaseName)) {
        values = values.isEmpty() ? new ArrayList<>(1) : values;
        values.add(field.value());
      }
    }
    return values;
  }
}
