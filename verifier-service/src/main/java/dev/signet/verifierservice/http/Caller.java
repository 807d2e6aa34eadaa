// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.config.ServiceConfig.CallingService;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import java.util.Set;

/** Who proved to be calling. */
public sealed interface Caller {
  /** The name in the configuration. */
  String name();

  /** As the audit log has it. */
  Actor actor();

  /** Nobody in particular. */
  record Anybody() implements Caller {
    @Override
    public String name() {
      return "-";
    }

    @Override
    public Actor actor() {
      return Actor.UNPROVEN;
    }
  }

  record Operator(String name, Set<Role> roles) implements Caller {
    @Override
    public Actor actor() {
      return Actor.operator(name);
    }
  }

  record Service(CallingService config) implements Caller {
    @Override
    public String name() {
      return config.name();
    }

    @Override
    public Actor actor() {
      return Actor.service(name());
    }
  }
}
