// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private final BodyBudget budget = new BodyBudget(100, 40);

  @Test
  void attack44OneAddressHasAShareAndAllTogetherABound() {
    BodyBudget.Share a = budget.open("a");
    assertThat(a.grow(40)).isTrue();
    assertThat(a.grow(1)).isFalse();
    assertThat(budget.open("a").grow(1)).isFalse();
    assertThat(budget.open("b").grow(40)).isTrue();
    assertThat(budget.open("c").grow(30)).as("over all").isFalse();
    assertThat(budget.open("c").grow(20)).isTrue();
    a.close();
    a.close();
    assertThat(budget.open("d").grow(40)).isTrue();
    assertThat(budget.open("e").grow(1)).isFalse();
  }
}
