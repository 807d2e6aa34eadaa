// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.launcher.process.IsolationMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The word for how far an agent is kept apart. */
final class IsolationConverter implements ITypeConverter<IsolationMode> {
  @Override
  public IsolationMode convert(String word) {
    return switch (word) {
      case "full" -> IsolationMode.FULL;
      case "none" -> IsolationMode.NONE;
      default -> throw new TypeConversionException("expected full or none, got " + word);
    };
  }
}
