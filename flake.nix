# Evaluated here as far as that goes without a network: docs/contributing says how far.
{
  description = "A sandbox for AI coding agents and other untrusted commands";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      manifest = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package;
      package =
        pkgs:
        pkgs.rustPlatform.buildRustPackage {
          pname = "ai-jail";
          inherit (manifest) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [
            pkgs.installShellFiles
            pkgs.makeBinaryWrapper
          ];
          # The tests make jails, which a build's own sandbox forbids; `checks` runs the fast ones.
          doCheck = false;
          postInstall = ''
            $out/bin/ai-jail --man > ai-jail.1
            installManPage ai-jail.1
            for shell in bash zsh fish; do
              $out/bin/ai-jail --completions $shell > ai-jail.$shell
            done
            installShellCompletion ai-jail.{bash,zsh,fish}
          ''
          # The store is root's, as ai-jail asks of the bubblewrap that it runs.
          + pkgs.lib.optionalString pkgs.stdenv.hostPlatform.isLinux ''
            wrapProgram $out/bin/ai-jail --set-default BWRAP_BIN ${pkgs.bubblewrap}/bin/bwrap
          '';
          meta = {
            description = "Sandbox for AI coding agents and other untrusted commands";
            license = pkgs.lib.licenses.gpl3Only;
            mainProgram = "ai-jail";
            platforms = systems;
          };
        };
    in
    {
      packages = forEach (pkgs: rec {
        ai-jail = package pkgs;
        default = ai-jail;
      });

      devShells = forEach (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.cargo
            pkgs.cargo-deny
            pkgs.cargo-nextest
            pkgs.clippy
            pkgs.git
            pkgs.rustc
            pkgs.rustfmt
            pkgs.shellcheck
            pkgs.tmux
          ]
          ++ pkgs.lib.optionals pkgs.stdenv.hostPlatform.isLinux [
            pkgs.bubblewrap
            pkgs.strace
          ];
        };
      });

      checks = forEach (pkgs: {
        package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        fast = (package pkgs).overrideAttrs {
          doCheck = true;
          cargoTestFlags = [
            "--lib"
            "--test=fast"
          ];
        };
      });

      formatter = forEach (pkgs: pkgs.nixfmt-rfc-style);
    };
}
