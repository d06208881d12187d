import type { Command } from "commander";

/** How an issuer's tokens are read, for every command that takes `--identity oidc`: see `OidcChoice`. */
export function withOidcOptions(command: Command): Command {
  return command
    .option("--oidc-issuer <url>", "with oidc: the issuer whose tokens are accepted")
    .option("--oidc-audience <name...>", "for whom its tokens must be meant; one of them suffices")
    .option("--oidc-ca-file <file>", "PEM of the authority behind the issuer's certificate")
    .option("--oidc-username-claim <claim>", 'where the name is, such as "email"; without, "sub"')
    .option("--oidc-username-prefix <text>", "before each name, so that it is nobody else's")
    .option("--oidc-id-claim <claim>", 'where the identifier is that owner labels know; without, "sub"')
    .option(
      "--oidc-groups-claim <claim>",
      'where the groups are, such as "realm_access.roles"; without, "groups"',
    )
    .option("--oidc-groups-prefix <text>", "before each group")
    .option("--oidc-admin-group <name...>", "whoever is in one of them, prefix included, may everything");
}
