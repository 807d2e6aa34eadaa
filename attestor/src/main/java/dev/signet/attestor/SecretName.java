// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * What an operator calls a secret.
 *
 * @param value 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or
 *     digit
 */
public record SecretName(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /**
   * @throws IllegalArgumentException if it has another form; the message does not repeat it, since
   *     somebody may have given the secret itself
   */
  @JsonCreator
  public SecretName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "expected a secret's name of 1 to 64 letters, digits, dots, dashes and underscores,"
              + " beginning with a letter or digit");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
