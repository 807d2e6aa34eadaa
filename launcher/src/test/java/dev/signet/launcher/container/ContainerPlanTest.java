// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.launcher.process.Isolation;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.protocol.ResourceLimits;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerPlanTest {
  private static final String STATUS =
      """
      Name:	java
      Uid:	601000	601000	601000	601000
      Gid:	600100	600100	600100	600100
      Groups:
      CapInh:	0000000000000000
      CapPrm:	0000000000000000
      CapEff:	0000000000000000
      CapBnd:	0000000000000000
      CapAmb:	0000000000000000
      NoNewPrivs:	1
      Seccomp:	2
      """;

  private static final Isolation PLANNED = new Isolation(Set.of(), List.of());

  @TempDir Path dir;

  @Test
  void configurationLeavesNoRights() throws Exception {
    JsonNode config = StrictJson.tree(config(Optional.of(600_000)).encode(), 1 << 20);
    assertThat(config.at("/process/noNewPrivileges").asBoolean()).isTrue();
    assertThat(config.at("/root/readonly").asBoolean()).isTrue();
    for (String set : List.of("bounding", "effective", "inheritable", "permitted", "ambient")) {
      assertThat(config.at("/process/capabilities/" + set).isArray()).isTrue();
      assertThat(config.at("/process/capabilities/" + set)).isEmpty();
    }
    assertThat(config.at("/linux/namespaces").toString())
        .contains("pid", "mount", "ipc", "uts", "cgroup", "user")
        .doesNotContain("network");
    assertThat(config.at("/linux/uidMappings/0/hostID").asInt()).isEqualTo(600_000);
    assertThat(config.at("/linux/resources/memory/limit").asLong()).isEqualTo(64L << 20);
    assertThat(config.at("/linux/resources/cpu/quota").asLong()).isEqualTo(50_000);
    assertThat(config.at("/linux/resources/pids/limit").asLong()).isEqualTo(4096);
    assertThat(config.at("/linux/seccomp/syscalls").toString())
        .contains("unshare", "bpf", "clone3");
    assertThat(config.at("/process/args").toString()).isEqualTo("[\"/bin/a\",\"b c\"]");
    for (JsonNode mount : config.at("/mounts")) {
      assertThat(mount.path("options").toString())
          .as("%s", mount)
          .contains("nosuid", "noexec")
          .doesNotContain("bind");
    }
  }

  @Test
  void withoutUserNamespacesNoneIsAskedFor() throws Exception {
    JsonNode config = StrictJson.tree(config(Optional.empty()).encode(), 1 << 20);
    assertThat(config.at("/linux/namespaces").toString()).doesNotContain("user");
    assertThat(config.at("/linux/uidMappings").isMissingNode()).isTrue();
  }

  @Test
  void processAsPlannedPasses() {
    assertThat(deviation(STATUS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NoNewPrivs:\t1,NoNewPrivs:\t0",
    "Seccomp:\t2,Seccomp:\t0",
    "CapEff:\t0000000000000000,CapEff:\t0000000000200000",
    "CapBnd:\t0000000000000000,CapBnd:\t000001ffffffffff",
    "CapPrm:\t0000000000000000,CapPrm:\t0000000000000001",
    "CapAmb:\t0000000000000000,CapAmb:\t0000000000000001",
    "CapInh:\t0000000000000000,CapInh:\t0000000000000001",
    "Uid:\t601000,Uid:\t0",
    "Gid:\t600100,Gid:\t0",
    "Groups:\t,Groups:\t0 27 ",
  })
  void attack28ProcessOtherThanPlannedIsSeen(String planned, String other) {
    assertThat(STATUS).contains(planned);
    assertThat(deviation(STATUS.replace(planned, other))).isPresent();
    assertThat(deviation("")).isPresent();
  }

  private static Optional<String> deviation(String status) {
    return ObservedContainer.deviation(status, PLANNED, config(Optional.of(600_000)));
  }

  @Test
  void rootThatCanBeWrittenIsSeen() {
    String under = "1 2 0:3 / / rw,relatime - overlay x rw";
    String over = "4 1 0:5 / / ro,nosuid,nodev,relatime - tmpfs tmpfs ro,mode=711";
    assertThat(ObservedContainer.readOnlyRoot(List.of(under, over))).isTrue();
    assertThat(ObservedContainer.readOnlyRoot(List.of(over, under))).isFalse();
    assertThat(ObservedContainer.readOnlyRoot(List.of())).isFalse();
  }

  @Test
  void proxyIsReachedByJvmsTooAndNothingGivenLeadsAroundIt() {
    Map<String, String> environment =
        ContainerLaunch.environment(
            Map.of("http_proxy", "http://elsewhere", "JAVA_TOOL_OPTIONS", "-Xmx64m"),
            Map.of("GIVEN", "1", "SSL_CERT_FILE", "/evil.pem"),
            Optional.of(new InetSocketAddress("127.0.0.1", 4711)),
            Optional.of(new TrustFiles.Place("/.signet")));
    assertThat(environment)
        .containsEntry("http_proxy", "http://127.0.0.1:4711")
        .containsEntry("GIVEN", "1")
        .containsEntry("SSL_CERT_FILE", "/.signet/ca.pem")
        .containsEntry("NODE_EXTRA_CA_CERTS", "/.signet/ca.pem");
    assertThat(environment.get("JAVA_TOOL_OPTIONS"))
        .startsWith("-Xmx64m -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=4711 ")
        .contains(" -Djavax.net.ssl.trustStore=/.signet/ca.p12 ");
  }

  @Test
  void whatIsMissingIsNamed() {
    String capable = "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";
    assertThatCode(() -> ContainerHost.requireRights(capable)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ContainerHost.requireRights(capable.replace("0\t0\t", "1000\t1000\t")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("root only")
        .hasMessageContaining("1000");
    assertThatThrownBy(
            () -> ContainerHost.requireRights(capable.replace("1ffffffffff", "00000000fb")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("CAP_SYS_ADMIN");
    assertThatThrownBy(() -> Cgroups.find(dir))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("control groups")
        .hasMessageContaining("mount -t cgroup2");
  }

  @Test
  void boundsAreReadAsTheKernelHasThem() throws Exception {
    Files.writeString(dir.resolve("cgroup.controllers"), "memory pids\n");
    Cgroups cgroups = Cgroups.find(dir);
    Path group = Files.createDirectories(dir.resolve("signet/launch-1"));
    Files.writeString(group.resolve("pids.max"), "10\n");
    Files.writeString(group.resolve("cgroup.procs"), "41\n42\n");
    List<String> files = List.of("pids.max");
    assertThat(cgroups.bounds("launch-1", 42, files, 10)).isTrue();
    assertThat(cgroups.bounds("launch-1", 42, files, 9)).as("a higher bound").isFalse();
    assertThat(cgroups.bounds("launch-1", 4, files, 10)).as("not in it").isFalse();
    assertThat(cgroups.bounds("launch-2", 42, files, 10)).as("no group").isFalse();
    Files.writeString(group.resolve("pids.max"), "max\n");
    assertThat(cgroups.bounds("launch-1", 42, files, 10)).as("no bound").isFalse();
  }

  private static RuntimeConfig config(Optional<Integer> base) {
    return new RuntimeConfig(
        List.of("/bin/a", "b c"),
        Map.of("A", "1"),
        "/",
        new ImageUser(1000, 100),
        base,
        new ResourceLimits(64L << 20, null, 500L),
        "/signet/launch-1",
        Optional.empty());
  }
}
