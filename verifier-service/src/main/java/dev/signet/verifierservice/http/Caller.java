// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.verifierservice.config.ServiceConfig.CallingService;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import java.util.Set;

/** Who proved to be calling. */
public sealed interface Caller {
  /** A name for the audit log. */
  String name();

  /** Nobody in particular. */
  record Anybody() implements Caller {
    @Override
    public String name() {
      return "-";
    }
  }

  record Operator(String name, Set<Role> roles) implements Caller {}

  record Service(CallingService config) implements Caller {
    @Override
    public String name() {
      return config.name();
    }
  }
}
