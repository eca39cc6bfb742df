//! What the filter lets through, what it refuses, and how both feel to the programs.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use egress::listen::{Forward, Role, Socket};
use egress::upstream::Upstream;
use libtest_mimic::Trial;
use nix::errno::Errno;

use super::inside::{Act, Outcome, checksum};
use super::servers;
use super::world::{Plan, World};

/// Every test of this file, by its name.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub fn all() -> Vec<Trial> {
            vec![$(Trial::test(stringify!($name), || { $name(); Ok(()) })),*]
        }
    };
}

cases![
    a_name_that_is_allowed_is_reached,
    what_is_not_allowed_fails_at_once,
    other_networks_are_not_there,
    an_address_needs_a_rule_of_its_own,
    the_server_name_must_be_the_name,
    the_host_of_a_request_must_be_the_name,
    a_half_closed_connection_goes_on,
    resets_pass_both_ways,
    a_slow_reader_makes_the_sender_wait,
    thousands_of_connections_fit_into_a_thousand_descriptors,
    ten_thousand_names_are_answered,
    the_stub_answers_over_streams,
    a_server_that_speaks_first_is_heard,
    a_client_that_says_nothing_is_closed,
    ports_are_forwarded_and_published,
    the_jails_own_servers_keep_their_ports,
    a_wildcard_is_reached_on_high_ports,
    a_lying_resolver_leads_nowhere,
    a_name_that_changes_is_checked_each_time,
    resolvers_may_be_silent_or_cut_short,
    the_hosts_own_proxy_is_used,
    the_fallbacks_proxies_obey_the_same_rules,
];

fn here(name: &str) -> String {
    format!("127.0.0.1 {name}")
}

/// One server for `api.example` on the host's loopback.
fn one(port: u16) -> Plan {
    Plan {
        rules: vec![format!("api.example:{port}")],
        hosts: vec![here("api.example"), here("evil.example")],
        ..Plan::default()
    }
}

fn heard(text: &str) -> Outcome {
    Outcome::Heard(text.as_bytes().to_vec())
}

fn errno(outcome: &Outcome) -> Errno {
    match outcome {
        Outcome::Failed(errno, _) => Errno::from_raw(*errno),
        other => panic!("no failure: {other:?}"),
    }
}

/// The connection was made and then cut; which call learns of that first is a matter of time.
fn is_cut(outcome: &Outcome) -> bool {
    matches!(errno(outcome), Errno::ECONNRESET | Errno::EPIPE | Errno::ENOTCONN)
}

fn a_name_that_is_allowed_is_reached() {
    let port = servers::echo();
    let mut world = World::new(one(port));
    assert_eq!(world.talk("api.example", port, b"hello"), heard("hello"));
    let Outcome::Addresses(v6) = world.act(&Act::LookUp { name: "api.example".into(), kind: 28 })
    else {
        panic!("an answer")
    };
    for address in v6 {
        assert_eq!(world.talk_to(SocketAddr::new(address, port), b"v6"), heard("v6"));
    }
    let told = world.told.lock().expect("nobody panics").clone();
    assert_eq!(told[0], format!("network: api.example:{port} allowed (a test)"));
    assert!(world.end().is_empty());
}

fn what_is_not_allowed_fails_at_once() {
    let port = servers::echo();
    let mut world = World::new(one(port));
    assert_eq!(world.talk("api.example", port, b"x"), heard("x"), "the control");
    for name in ["evil.example", "sub.api.example"] {
        let outcome = world.talk(name, port, b"x");
        assert_eq!(errno(&outcome), Errno::EACCES, "{outcome:?}");
    }
    let Outcome::Addresses(v6) = world.act(&Act::LookUp { name: "evil.example".into(), kind: 28 })
    else {
        panic!("an answer")
    };
    for address in v6 {
        assert_eq!(errno(&world.talk_to(SocketAddr::new(address, port), b"x")), Errno::EACCES);
    }
    // A port that no rule names.
    assert!(is_cut(&world.talk("api.example", 443, b"x")));
    let tally = world.end();
    assert_eq!(tally.refused["evil.example"].count, 1);
    assert_eq!(tally.refused["api.example:443"].remedy.as_deref(), Some("api.example"));
}

/// Connecting to the host's own loopback, to the host by any address, and by datagrams.
fn other_networks_are_not_there() {
    let port = servers::echo();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok(), "the control");
    let mut world = World::new(one(port));
    for address in
        ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "10.255.255.53", "192.168.1.1"]
    {
        let address: IpAddr = address.parse().expect("an address");
        let outcome = world.talk_to(SocketAddr::new(address, port), b"x");
        assert_eq!(errno(&outcome), Errno::ECONNREFUSED, "{address}: {outcome:?}");
        let outcome = world.talk_to(SocketAddr::new(address, 443), b"x");
        assert!(is_cut(&outcome), "{address}: {outcome:?}");
    }
    let metadata = "169.254.169.254:80".parse().expect("an address");
    assert!(is_cut(&world.talk_to(metadata, b"x")));
    for address in ["8.8.8.8:53", "127.0.0.53:53", "1.1.1.1:443"] {
        let to = address.parse().expect("an address");
        assert_eq!(errno(&world.act(&Act::Datagram { to })), Errno::ECONNREFUSED, "{address}");
    }
    let tally = world.end();
    assert!(tally.refused.contains_key("169.254.169.254:80"), "{tally:?}");
    assert!(tally.refused.contains_key("192.168.1.1:443"), "{tally:?}");
}

fn an_address_needs_a_rule_of_its_own() {
    let port = servers::echo();
    // An address of the host that is not its loopback would do; this one is local everywhere.
    let mut world = World::new(Plan {
        rules: vec!["10.9.8.7:80".into(), "10.1.0.0/30:7777".into()],
        ..one(port)
    });
    let to = "10.9.8.6:80".parse().expect("an address");
    assert!(is_cut(&world.talk_to(to, b"x")));
    let tally = world.end();
    assert_eq!(tally.refused["10.9.8.6:80"].remedy.as_deref(), Some("10.9.8.6"));
}

/// A `ClientHello` with this server name.
fn hello(name: &str) -> Vec<u8> {
    let vector = |length: usize, data: &[u8]| {
        let bytes = u32::try_from(data.len()).expect("a short vector").to_be_bytes();
        [&bytes[4 - length..], data].concat()
    };
    let list = vector(2, &[vec![0], vector(2, name.as_bytes())].concat());
    let extension = [vec![0, 0], vector(2, &list)].concat();
    let body = [
        vec![3, 3],
        vec![7; 32],
        vector(1, &[]),
        vector(2, &[0x13, 1]),
        vector(1, &[0]),
        vector(2, &extension),
    ];
    let message = [vec![1], vector(3, &body.concat())].concat();
    [vec![22, 3, 1], vector(2, &message)].concat()
}

fn the_server_name_must_be_the_name() {
    let port = servers::echo();
    let mut world = World::new(one(port));
    let right = hello("api.example");
    assert_eq!(world.talk("api.example", port, &right), Outcome::Heard(right.clone()));
    let to = SocketAddr::new(world.look_up("api.example"), port);
    let in_bytes = Act::Talk { to, send: right.clone(), piece: 1, ends: true };
    assert_eq!(world.act(&in_bytes), Outcome::Heard(right));
    for wrong in ["evil.example", "API.example.evil"] {
        let outcome = world.act(&Act::Talk { to, send: hello(wrong), piece: 1, ends: false });
        assert!(is_cut(&outcome), "{wrong}: {outcome:?}");
    }
    let tally = world.end();
    let row = &tally.refused[&format!("api.example:{port}")];
    assert_eq!((row.count, row.remedy.as_deref()), (2, None), "{row:?}");
    assert!(row.why.contains("evil.example"), "{row:?}");
}

fn the_host_of_a_request_must_be_the_name() {
    let port = servers::echo();
    let mut world = World::new(one(port));
    let right = b"GET / HTTP/1.1\r\nHost: api.example\r\n\r\n";
    assert_eq!(world.talk("api.example", port, right), Outcome::Heard(right.to_vec()));
    for wrong in [
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: api.example\r\n\r\n",
    ] {
        let outcome = world.talk("api.example", port, wrong.as_bytes());
        assert!(is_cut(&outcome), "{outcome:?}");
    }
    assert_eq!(world.end().refused[&format!("api.example:{port}")].count, 2);
}

fn a_half_closed_connection_goes_on() {
    let port = servers::count();
    let mut world = World::new(one(port));
    let much = vec![7; 300_000];
    assert_eq!(world.talk("api.example", port, &much), heard("300000"));
    assert_eq!(world.talk("api.example", port, b""), heard("0"));
    world.end();
}

fn resets_pass_both_ways() {
    let (port, ends) = servers::endings();
    let resetting = servers::serve(|stream| {
        let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        let option = nix::sys::socket::sockopt::Linger;
        nix::sys::socket::setsockopt(&stream, option, &linger).expect("a socket");
    });
    let mut plan = one(port);
    plan.rules.push(format!("api.example:{resetting}"));
    let mut world = World::new(plan);
    let to = SocketAddr::new(world.look_up("api.example"), port);
    world.act(&Act::Reset { to });
    let start = std::time::Instant::now();
    while ends.lock().expect("nobody panics").is_empty() && start.elapsed() < Duration::from_secs(5)
    {
        thread::sleep(Duration::from_millis(10));
    }
    let end = ends.lock().expect("nobody panics").pop().expect("the connection ended");
    assert_eq!(end.expect_err("a reset").raw_os_error(), Some(nix::libc::ECONNRESET));
    let outcome = world.act(&Act::Talk {
        to: SocketAddr::new(to.ip(), resetting),
        send: b"x".to_vec(),
        piece: 1,
        ends: false,
    });
    assert!(is_cut(&outcome), "{outcome:?}");
    world.end();
}

fn a_slow_reader_makes_the_sender_wait() {
    const LENGTH: usize = 20_000_000;
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&sent);
    let bytes: Vec<u8> = (0..=250_u8).cycle().take(LENGTH).collect();
    let sum = checksum(0, &bytes);
    let port = servers::serve(move |mut stream| {
        for part in bytes.chunks(65_536) {
            if stream.write_all(part).is_err() {
                return;
            }
            counted.fetch_add(part.len(), std::sync::atomic::Ordering::Relaxed);
        }
    });
    let mut world = World::new(one(port));
    let to = SocketAddr::new(world.look_up("api.example"), port);
    let sent_early = thread::spawn(move || {
        thread::sleep(Duration::from_millis(250));
        sent.load(std::sync::atomic::Ordering::Relaxed)
    });
    assert_eq!(world.act(&Act::Drain { to, length: LENGTH }), Outcome::Count(sum));
    assert!(sent_early.join().expect("a number") < LENGTH, "the server had to wait");
    world.end();
}

/// Where there is no descriptor left for a client, it waits until there is.
fn thousands_of_connections_fit_into_a_thousand_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("limits");
    assert!(hard > 2500, "the clients and the server need descriptors too");
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).expect("within the hard limit");
    let (port, _server) = servers::in_another_process();
    for limit in [hard, 1024] {
        let mut world = World::new(Plan { descriptors: Some(limit), ..one(port) });
        let to = SocketAddr::new(world.look_up("api.example"), port);
        assert_eq!(world.act(&Act::Crowd { to, count: 2000 }), Outcome::Count(2000), "{limit}");
        assert_eq!(world.talk("api.example", port, b"after"), heard("after"));
        world.end();
    }
}

fn ten_thousand_names_are_answered() {
    let mut world = World::new(Plan { rules: vec!["*.wild.example".into()], ..Plan::default() });
    for zone in ["wild.example", "evil.example"] {
        let many = Act::LookUpMany { count: 10_000, zone: zone.to_owned() };
        assert_eq!(world.act(&many), Outcome::Count(10_000), "{zone}");
    }
    let long = format!("{}.wild.example", ["a".repeat(60).as_str(); 3].join("."));
    let first = world.look_up(&long);
    assert_eq!(world.look_up(&long), first, "stable");
    let tally = world.end();
    assert_eq!(tally.refused.len() as u64 + tally.others, 10_000);
}

fn the_stub_answers_over_streams() {
    let mut world = World::new(one(1));
    let address = world.look_up("api.example");
    let outcome = world.act(&Act::LookUpOverStream { name: "api.example".into() });
    assert_eq!(outcome, Outcome::Addresses(vec![address]));
    let outcome = world.act(&Act::LookUp { name: "1.1.18.198.in-addr.arpa".into(), kind: 1 });
    assert_eq!(outcome, Outcome::NoName);
    world.end();
}

fn a_server_that_speaks_first_is_heard() {
    let port = servers::serve(|mut stream| drop(stream.write_all(b"220 ready")));
    let mut world = World::new(one(port));
    let to = SocketAddr::new(world.look_up("api.example"), port);
    let quiet = Act::Talk { to, send: vec![], piece: 1, ends: false };
    assert_eq!(world.act(&quiet), heard("220 ready"));
    world.end();
}

fn a_client_that_says_nothing_is_closed() {
    let (port, _) = servers::endings();
    let handshake = Some(Duration::from_millis(300));
    let plan = Plan { handshake, ..one(port) };
    let mut world = World::new(plan);
    let to = SocketAddr::new(world.look_up("api.example"), port);
    // Part of a handshake, and then nothing.
    let start = std::time::Instant::now();
    let outcome = world.act(&Act::Talk {
        to,
        send: hello("api.example")[..40].to_vec(),
        piece: 64,
        ends: false,
    });
    assert!(is_cut(&outcome), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
    let tally = world.end();
    assert!(tally.refused[&format!("api.example:{port}")].why.contains("in time"), "{tally:?}");
}

fn ports_are_forwarded_and_published() {
    let port = servers::echo();
    let listener =
        egress::sockets::listener("127.0.0.1:0".parse().expect("an address")).expect("a listener");
    let listener = TcpListener::from(listener);
    let published = listener.local_addr().expect("an address");
    let plan = Plan {
        forwards: vec![
            Forward { listen: 80, target: port },
            Forward { listen: 15_432, target: port },
        ],
        sockets: vec![Socket { role: Role::Publish { target: 3000 }, descriptor: listener.into() }],
        ..Plan::default()
    };
    let mut world = World::new(plan);
    for listen in [80, 15_432] {
        let to = SocketAddr::new("127.0.0.1".parse().expect("an address"), listen);
        assert_eq!(world.talk_to(to, b"forward"), heard("forward"), "{listen}");
    }
    world.act(&Act::Serve { at: "127.0.0.1:3000".parse().expect("an address") });
    let mut text = String::new();
    TcpStream::connect(published)
        .and_then(|mut stream| stream.read_to_string(&mut text))
        .expect("the jail's server");
    assert_eq!(text, "from the jail");
    world.end();
}

fn the_jails_own_servers_keep_their_ports() {
    let port = servers::echo();
    let mut world = World::new(one(port));
    for at in ["127.0.0.1:8080", "0.0.0.0:3000", "[::]:5173"] {
        let at: SocketAddr = at.parse().expect("an address");
        assert_eq!(world.act(&Act::Serve { at }), Outcome::Count(0), "{at}");
        let to = SocketAddr::new("127.0.0.1".parse().expect("an address"), at.port());
        assert_eq!(world.talk_to(to, b""), heard("from the jail"), "{at}");
    }
    // Even the very port of a rule, on the loopback.
    let at = SocketAddr::new("127.0.0.1".parse().expect("an address"), port);
    assert_eq!(world.act(&Act::Serve { at }), Outcome::Count(0));
    assert_eq!(world.talk("api.example", port, b"still"), heard("still"));
    world.end();
}

fn a_wildcard_is_reached_on_high_ports() {
    let port = servers::echo();
    let resolver =
        servers::resolver(|_, _| Some((vec!["127.0.0.1".parse().expect("an address")], false)));
    let plan = Plan {
        // An exact name beside the wildcard is what lets it lead to this machine.
        rules: vec![format!("*.wild.example:{port}"), format!("db.wild.example:{port}")],
        resolver: Some((resolver, "nameserver 127.0.0.1".into())),
        ..Plan::default()
    };
    let mut world = World::new(plan);
    assert_eq!(world.talk("db.wild.example", port, b"x"), heard("x"), "the control");
    // Listened to, and refused only for where its name leads.
    let outcome = world.talk("a.wild.example", port, b"x");
    assert!(is_cut(&outcome), "{outcome:?}");
    let tally = world.end();
    let why = &tally.refused[&format!("a.wild.example:{port}")].why;
    assert_eq!(why, "its name leads to 127.0.0.1, a loopback address");
}

fn a_lying_resolver_leads_nowhere() {
    let port = servers::echo();
    let resolver = servers::resolver(|name, _| {
        let address = match name {
            "metadata.example" => "169.254.169.254",
            "mapped.example" => "::ffff:127.0.0.1",
            _ => "127.0.0.1",
        };
        Some((vec![address.parse().expect("an address")], false))
    });
    let rule = |name: &str| format!("{name}:{port}");
    let plan = Plan {
        rules: vec![
            rule("own.example"),
            rule("@preset.example"),
            rule("@mapped.example"),
            rule("metadata.example"),
        ],
        resolver: Some((resolver, "nameserver 127.0.0.1".into())),
        ..Plan::default()
    };
    let mut world = World::new(plan);
    assert_eq!(world.talk("own.example", port, b"x"), heard("x"), "the control");
    for name in ["preset.example", "mapped.example", "metadata.example"] {
        let outcome = world.talk(name, port, b"x");
        assert!(is_cut(&outcome), "{name}: {outcome:?}");
    }
    let tally = world.end();
    assert!(
        tally.refused.values().all(|row| row.why.starts_with("its name leads to")),
        "{tally:?}"
    );
    assert_eq!(tally.refused.len(), 3);
}

/// A rebound name: a public address for the check, the loopback for the dial. There is one answer
/// for both here, and the next connection has its own.
fn a_name_that_changes_is_checked_each_time() {
    let port = servers::echo();
    let resolver = servers::resolver(|_, asked| {
        let address = if asked < 2 { "192.0.2.1" } else { "127.0.0.1" };
        Some((vec![address.parse().expect("an address")], false))
    });
    let plan = Plan {
        rules: vec![format!("@rebound.example:{port}")],
        resolver: Some((resolver, "nameserver 127.0.0.1".into())),
        ..Plan::default()
    };
    let mut world = World::new(plan);
    let to = SocketAddr::new(world.look_up("rebound.example"), port);
    for address in ["192.0.2.1, a reserved address", "127.0.0.1, a loopback address"] {
        let outcome = world.act(&Act::Talk { to, send: b"x".to_vec(), piece: 1, ends: false });
        assert!(is_cut(&outcome), "{outcome:?}");
        let told = world.told.lock().expect("nobody panics").clone();
        assert!(told.last().is_some_and(|told| told.ends_with(address)), "{told:?}");
    }
    world.end();
}

fn resolvers_may_be_silent_or_cut_short() {
    let port = servers::echo();
    let loopback: IpAddr = "127.0.0.1".parse().expect("an address");
    let resolver = servers::resolver(move |name, asked| match name {
        "cut.example" => Some((vec![loopback], true)),
        "late.example" if asked < 2 => None,
        "none.example" => Some((vec![], false)),
        _ => Some((vec![loopback], false)),
    });
    let plan = Plan {
        rules: ["late", "cut", "none"].map(|name| format!("{name}.example:{port}")).to_vec(),
        resolver: Some((resolver, "nameserver 127.0.0.1\noptions timeout:1".into())),
        ..Plan::default()
    };
    let mut world = World::new(plan);
    assert_eq!(world.talk("late.example", port, b"late"), heard("late"));
    assert_eq!(world.talk("cut.example", port, b"cut"), heard("cut"));
    let outcome = world.talk("none.example", port, b"x");
    assert!(is_cut(&outcome), "{outcome:?}");
    let told = world.told.lock().expect("nobody panics").clone();
    assert!(told.last().is_some_and(|told| told.ends_with("knows no such name")), "{told:?}");
    world.end();
}

/// A proxy that connects everything to one port, and says what it was asked.
fn fake_proxy(target: u16, status: &'static str) -> u16 {
    servers::serve(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("a request");
            head.push(byte[0]);
        }
        let asked = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
        let mut server = TcpStream::connect(("127.0.0.1", target)).expect("the server");
        stream
            .write_all(format!("HTTP/1.1 {status}\r\n\r\n{asked}|").as_bytes())
            .expect("the client");
        let (mut from, mut to) =
            (stream.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut server, &mut stream);
    })
}

fn the_hosts_own_proxy_is_used() {
    let port = servers::echo();
    for (status, expected) in [("200 OK", true), ("403 Forbidden", false)] {
        let proxy = fake_proxy(port, status);
        let upstream = Upstream::parse(&format!("http://127.0.0.1:{proxy}"), "direct.example");
        let plan = Plan {
            rules: vec![format!("api.example:{port}"), format!("direct.example:{port}")],
            hosts: vec![here("direct.example")],
            upstream: Some(upstream.expect("a proxy")),
            ..Plan::default()
        };
        let mut world = World::new(plan);
        let outcome = world.talk("api.example", port, b"x");
        if expected {
            assert_eq!(outcome, heard(&format!("CONNECT api.example:{port} HTTP/1.1|x")));
        } else {
            assert!(matches!(outcome, Outcome::Failed(..)), "{outcome:?}");
        }
        assert_eq!(world.talk("direct.example", port, b"direct"), heard("direct"));
        world.end();
    }
}

fn the_fallbacks_proxies_obey_the_same_rules() {
    let port = servers::echo();
    let listener =
        egress::sockets::listener("127.0.0.1:0".parse().expect("an address")).expect("a listener");
    let listener = TcpListener::from(listener);
    let at = listener.local_addr().expect("an address");
    let world = World::new(Plan {
        sockets: vec![Socket { role: Role::Proxy, descriptor: listener.into() }],
        ..one(port)
    });
    let ask = |text: &[u8]| {
        let mut stream = TcpStream::connect(at).expect("the proxy");
        stream.write_all(text).expect("a request");
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let tunnel =
        |host: &str| ask(format!("CONNECT {host}:{port} HTTP/1.1\r\n\r\nhello").as_bytes());
    assert_eq!(tunnel("api.example"), "HTTP/1.1 200 Connection established\r\n\r\nhello");
    for host in ["evil.example", "127.0.0.1", "[::1]", "localhost"] {
        assert!(tunnel(host).starts_with("HTTP/1.1 403 "), "{host}: {}", tunnel(host));
    }
    let plain = ask(format!(
        "GET http://api.example:{port}/x HTTP/1.1\r\nHost: api.example:{port}\r\n\r\n"
    )
    .as_bytes());
    assert!(plain.starts_with("GET /x HTTP/1.1\r\n"), "{plain}");
    let socks = |host: &str| {
        let length = u8::try_from(host.len()).expect("a short name");
        let request =
            [&[5, 1, 0, 5, 1, 0, 3, length][..], host.as_bytes(), &port.to_be_bytes(), b"hi"]
                .concat();
        ask(&request).into_bytes()
    };
    assert_eq!(socks("api.example")[2..], [&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], b"hi"].concat());
    assert_eq!(socks("evil.example")[2..4], [5, 2]);
    world.end();
}
