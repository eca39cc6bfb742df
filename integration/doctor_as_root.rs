//! The doctor on machines that only root can make out of this one.

mod as_root {
    use std::path::Path;

    use ai_jail::remedies;

    use crate::doctor::{both_say, check, examined};
    use crate::harness::{Run, World, program};

    /// An ordinary user without a name.
    const USER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups";

    /// Runs a script in a mount namespace of its own, with the program as `$0`.
    fn apart(world: &World, script: &str) -> Run {
        let program = program();
        let words = ["unshare", "--mount", "sh", "-euc", script].map(Path::new);
        world.outside(words.into_iter().chain([program.as_path()]))
    }

    #[test]
    fn a_covered_proc() {
        let world = World::new();
        let cover = |words: &str| {
            apart(&world, &format!("mount --bind /dev/null /proc/version; exec \"$0\" {words}"))
        };
        let (report, code) = examined(cover("--doctor --json"));
        assert_eq!((code, &check(&report, "surroundings")["status"]), (125, &"failed".into()));
        both_say(&report, &cover("--exec true").run(), &remedies::COVERED_PROC);
    }

    #[test]
    fn a_chroot() {
        let world = World::new();
        // A new one each time: nothing is removed where something may be mounted.
        let make = "PATH=$PATH:/usr/sbin:/sbin; root=$(mktemp -d \"$PWD/root.XXXXXX\")
            chmod 755 \"$root\"; mkdir \"$root/project\"; cp \"$0\" \"$root/aj\"
            for entry in usr etc proc dev bin sbin lib lib64; do
                if test -L \"/$entry\"; then
                    cp -P \"/$entry\" \"$root/$entry\"
                elif test -d \"/$entry\"; then
                    mkdir \"$root/$entry\"; mount --rbind \"/$entry\" \"$root/$entry\"
                fi
            done";
        let inside = |words: &str| {
            let script =
                format!("{make}; exec chroot \"$root\" sh -c 'cd /project; exec /aj {words}'");
            apart(&world, &script).env("HOME", "/none")
        };
        let (report, code) = examined(inside("--doctor --json"));
        let found = check(&report, "surroundings");
        assert_eq!((code, &found["found"]), (125, &"a chroot".into()), "{report:#}");
        both_say(&report, &inside("--exec true").run(), &remedies::CHROOT);
    }

    /// The kernel settings of other distributions, and what bubblewrap says there.
    #[test]
    fn kernel_settings_of_other_systems() {
        let world = World::new();
        let cases = [
            (
                "apparmor_restrict_unprivileged_userns",
                "1",
                "setting up uid map: Permission denied",
                ("AppArmor", &remedies::APPARMOR),
            ),
            (
                "unprivileged_userns_clone",
                "0",
                "No permissions to create new namespace, likely because of the kernel",
                ("namespaces", &remedies::FORBIDDEN),
            ),
        ];
        for (setting, value, said, (name, remedy)) in cases {
            let fake = format!(
                "#!/bin/sh\ntest \"$1\" = --version && echo bubblewrap 0.9.0 && exit\n\
                 echo 'bwrap: {said}' >&2\nexit 1\n"
            );
            let fake = world.script(format!("tools/{name}"), fake);
            let elsewhere = |words: &str| {
                // The program is copied to where everybody may run it.
                let script = format!(
                    "mount -t tmpfs tmpfs /proc/sys/kernel
                     echo {value} > /proc/sys/kernel/{setting}
                     mount -t tmpfs tmpfs /mnt; cp \"$0\" /mnt/aj; cp '{}' /mnt/bwrap
                     mkdir -m 777 /mnt/project; cd /mnt/project
                     BWRAP_BIN=/mnt/bwrap exec {USER} /mnt/aj {words}",
                    fake.display()
                );
                apart(&world, &script).env("HOME", "/none")
            };
            let (report, code) = examined(elsewhere("--doctor --json"));
            assert_eq!(
                (code, &check(&report, name)["status"]),
                (125, &"failed".into()),
                "{report:#}"
            );
            let launch = elsewhere("--exec true").run();
            both_say(&report, &launch, remedy);
        }
    }

    #[test]
    fn all_is_well_for_root() {
        let world = World::new();
        let (report, code) = examined(world.jail(["--doctor", "--json"]));
        assert_eq!((code, &report["works"]), (0, &true.into()), "{report:#}");
    }
}
