//! Files that name each other in a circle: none of them can be understood alone.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::paths;
use super::{code_without_tests, sources};

/// Circles that stand, by one file of each, with the reason.
const ALLOWED: &[(&str, &str)] =
    &[("plan/gather", "what each part wants is added to one list, whose type the parts need")];

/// The files of the front by their module's name, each with those that it names.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn graph() -> Graph {
    let texts: BTreeMap<String, String> = sources("src")
        .into_iter()
        .filter_map(|(path, text)| {
            let inner = path.strip_prefix("src").ok()?.with_extension("");
            let name = inner.to_str()?;
            let name = name.strip_suffix("/mod").unwrap_or(name);
            (!["lib", "main"].contains(&name)).then(|| (name.to_owned(), code_without_tests(&text)))
        })
        .collect();
    let named = |module: &String, text: &String| {
        let found = paths(text).into_iter().filter_map(|path| resolve(module, &path, &texts));
        found.filter(|other| other != module).collect()
    };
    texts.iter().map(|(module, text)| (module.clone(), named(module, text))).collect()
}

/// The file that a path in `module` leads to: the longest beginning that is one.
fn resolve(module: &str, path: &[String], known: &BTreeMap<String, String>) -> Option<String> {
    let mut place: Vec<&str> = module.split('/').collect();
    for (at, segment) in path.iter().enumerate() {
        match segment.as_str() {
            "crate" if at == 0 => place.clear(),
            "super" => drop(place.pop()),
            name => place.push(name),
        }
    }
    let whole = place.len();
    (1..=whole).rev().map(|length| place[..length].join("/")).find(|name| known.contains_key(name))
}

/// All that can be reached from a file.
fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(file) = left.pop() {
        for next in &graph[file] {
            if reached.insert(next.clone()) {
                left.push(next);
            }
        }
    }
    reached
}

/// The circles, each as the set of its files.
fn circles(graph: &Graph) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&String, _> =
        graph.keys().map(|file| (file, reached(graph, file))).collect();
    let circle = |file: &String| {
        let others = reached[file].iter().filter(|other| reached[other].contains(file));
        others.cloned().collect::<BTreeSet<_>>()
    };
    graph.keys().map(circle).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn no_file_knows_itself_by_a_detour() {
    let circles = circles(&graph());
    for circle in &circles {
        let rooms: BTreeSet<_> = circle.iter().filter_map(|file| file.split('/').next()).collect();
        assert!(rooms.len() < 2, "a circle across rooms: {circle:?}");
        let is_allowed = ALLOWED.iter().any(|(file, _)| circle.contains(*file));
        assert!(is_allowed, "a circle: {circle:?}");
    }
    for (file, _) in ALLOWED {
        let is_there = circles.iter().any(|circle| circle.contains(*file));
        assert!(is_there, "{file} stands in no circle any more: take its row out");
    }
}

#[test]
fn a_circle_is_found() {
    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "d2"), ("d2", "a2")];
    let mut graph: Graph = ["a", "b", "c", "d", "d2", "a2"]
        .iter()
        .map(|name| ((*name).to_owned(), BTreeSet::new()))
        .collect();
    for (from, to) in edges {
        graph.get_mut(from).expect("a file").insert(to.to_owned());
    }
    let found = circles(&graph);
    let expected = BTreeSet::from(["b", "c"].map(str::to_owned));
    assert_eq!(found, BTreeSet::from([expected]));
}
