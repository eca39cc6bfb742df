//! The hosts that a plain HTTP request names, RFC 9112 section 3.

/// Methods of the registry of IANA with which a connection begins. Other protocols' first words
/// are none of them, so a connection that waits for its server is never held.
const METHODS: &[&str] = &[
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LOCK",
    "MKCOL",
    "MOVE",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNLOCK",
];

/// What the bytes say.
pub enum Head {
    /// They are no HTTP request.
    Other,
    /// There must be more to tell.
    More,
    /// The request names these hosts, in its target and its fields.
    Hosts(Vec<String>),
}

/// The hosts of what could be the start of an HTTP request.
pub fn host(bytes: &[u8]) -> Head {
    let is_method = |method: &&&str| {
        let word = method.as_bytes();
        let length = word.len().min(bytes.len());
        word[..length] == bytes[..length] && bytes.get(word.len()).is_none_or(|byte| *byte == b' ')
    };
    if !METHODS.iter().any(|method| is_method(&method)) {
        return Head::Other;
    }
    let mut fields = [httparse::EMPTY_HEADER; 128];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Partial) => Head::More,
        // A request that this parser does not read, a server may.
        Err(_) => Head::Hosts(Vec::new()),
        Ok(httparse::Status::Complete(_)) => {
            let target = request.path.unwrap_or_default();
            let is_connect = request.method == Some("CONNECT");
            let in_target = match target.split_once("://") {
                Some((_, rest)) if !target.starts_with('/') => {
                    Some(rest.split(['/', '?', '#']).next().unwrap_or_default())
                }
                _ => is_connect.then_some(target),
            };
            let in_fields = request
                .headers
                .iter()
                .filter(|field| field.name.eq_ignore_ascii_case("host"))
                .map(|field| String::from_utf8_lossy(field.value).trim().to_owned());
            let in_fields: Vec<_> = in_fields.collect();
            let named = in_target.map(str::to_owned).into_iter().chain(in_fields);
            Head::Hosts(named.map(|authority| self::authority(&authority).0.to_owned()).collect())
        }
    }
}

/// Host and port of an authority such as `user@example.com:8080` or `[::1]:80`.
pub fn authority(text: &str) -> (&str, Option<u16>) {
    let text = text.rsplit('@').next().unwrap_or_default();
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        return (address, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (text, None),
    }
}
