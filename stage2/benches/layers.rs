//! What the layers cost: each launch, and each system call under the filter.
//!
//! All variants run in turn in one process, so that whatever else the machine does meets them
//! alike; only ratios and differences mean anything. `cargo bench` runs it; `integration/bench`
//! measures whole launches.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::launches();
    linux::assembly();
    linux::calls();
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod linux {
    use std::hint::black_box;
    use std::os::unix::process::CommandExt;
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use stage2::os_bytes::BytePath;
    use stage2::seccomp::{Arch, program};
    use stage2::spec::{Landlock, PathAccess, PathRule, Rlimits, Seccomp};
    use stage2::{caps, landlock, rlimits, seccomp};

    const LAUNCHES: usize = 300;
    const CALLS: u32 = 200_000;
    const ROUNDS: usize = 15;

    fn median(mut times: Vec<Duration>) -> Duration {
        times.sort_unstable();
        times[times.len() / 2]
    }

    const LIMITS: Option<Rlimits> = Some(Rlimits { nproc: 4096, nofile: 65_536, core: 0 });

    /// As many rules as a jail of a well-used home has.
    fn rules() -> Landlock {
        let paths = ["/usr", "/etc", "/tmp"].map(PathBuf::from).into_iter();
        let many = std::fs::read_dir("/usr/share").into_iter().flatten().flatten();
        let paths = paths.chain(many.map(|entry| entry.path())).take(60);
        let rule = |path| PathRule { path: BytePath(path), access: PathAccess::ReadWrite };
        Landlock { rules: paths.map(rule).collect(), deny_tcp: true }
    }

    struct Variant {
        name: &'static str,
        apply: fn(&Option<Landlock>),
        times: Vec<Duration>,
    }

    impl Variant {
        fn new(name: &'static str, apply: fn(&Option<Landlock>)) -> Self {
            let times = Vec::with_capacity(LAUNCHES);
            Self { name, apply, times }
        }
    }

    /// Fork, apply, exec `true`, wait.
    pub fn launches() {
        let rules = rules();
        let rule_count = rules.rules.len();
        let rules = Some(rules);
        let mut variants = [
            Variant::new("nothing", |_| ()),
            Variant::new("rlimits", |_| drop(black_box(rlimits::apply(&LIMITS)))),
            Variant::new("privileges", |_| drop(black_box(caps::apply()))),
            Variant::new("landlock", |r| drop(black_box(landlock::apply(r)))),
            Variant::new("seccomp", |_| {
                drop(black_box(seccomp::apply(Some(Seccomp::Default))));
            }),
            Variant::new("all of them", |r| {
                drop(black_box(rlimits::apply(&LIMITS)));
                drop(black_box(caps::apply()));
                drop(black_box(landlock::apply(r)));
                drop(black_box(seccomp::apply(Some(Seccomp::Default))));
            }),
        ];
        for _ in 0..LAUNCHES {
            for variant in &mut variants {
                let (apply, rules) = (variant.apply, rules.clone());
                let mut command = Command::new("/usr/bin/true");
                // SAFETY: this process has one thread.
                unsafe {
                    command.pre_exec(move || {
                        apply(&rules);
                        Ok(())
                    });
                }
                let start = Instant::now();
                let status = command.status().unwrap();
                variant.times.push(start.elapsed());
                assert!(status.success(), "{}", variant.name);
            }
        }
        println!("one launch of `true` ({LAUNCHES} of each, median; {rule_count} Landlock rules)");
        let base = median(variants[0].times.clone());
        for variant in variants {
            let time = median(variant.times);
            let added = time.as_secs_f64() - base.as_secs_f64();
            let ratio = time.as_secs_f64() / base.as_secs_f64();
            println!(
                "  {:12} {:7.0} µs  {:+6.0} µs  x{ratio:.2}",
                variant.name,
                time.as_secs_f64() * 1e6,
                added * 1e6
            );
        }
    }

    /// From the table to the program.
    pub fn assembly() {
        let arch = Arch::native().expect("a filter for this architecture");
        let times = (0..500).map(|_| {
            let start = Instant::now();
            black_box(program::assemble(arch, Seccomp::Sealed));
            start.elapsed()
        });
        let time = median(times.collect());
        let length = program::assemble(arch, Seccomp::Sealed).len();
        println!("assembling the filter: {time:.1?} for {length} instructions");
    }

    /// A call that is always allowed, and one whose argument the filter must look at.
    pub fn calls() {
        println!("one system call ({ROUNDS} rounds of {CALLS}, median)");
        let probes: [(&str, fn()); 2] = [
            ("getppid, always allowed", || {
                // SAFETY: takes nothing, cannot fail.
                black_box(unsafe { libc::syscall(libc::SYS_getppid) });
            }),
            ("ioctl, looked at", || {
                // SAFETY: no such descriptor: the kernel touches no memory.
                black_box(unsafe { libc::syscall(libc::SYS_ioctl, -1, libc::TIOCGWINSZ, 0) });
            }),
        ];
        for (name, call) in probes {
            let (mut bare, mut filtered) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                bare.push(per_call(call, None));
                filtered.push(per_call(call, Some(Seccomp::Default)));
            }
            let (bare, filtered) = (median(bare), median(filtered));
            let ratio = filtered.as_secs_f64() / bare.as_secs_f64();
            let (bare, filtered) = (nanos(bare), nanos(filtered));
            println!("  {name:24} {bare:6.1} ns bare, {filtered:6.1} ns filtered  x{ratio:.2}");
        }
    }

    fn nanos(time: Duration) -> f64 {
        time.as_secs_f64() * 1e9 / f64::from(CALLS)
    }

    /// The time of [`CALLS`] calls in a thread of its own, which alone gets the filter.
    fn per_call(call: fn(), filter: Option<Seccomp>) -> Duration {
        let measure = move || {
            if filter.is_some() {
                black_box(seccomp::apply(filter));
            }
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            start.elapsed()
        };
        std::thread::spawn(measure).join().unwrap()
    }
}
