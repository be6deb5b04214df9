use super::Cache;

#[test]
fn keeps_what_was_used_last() {
    let cache: Cache<String, u32> = Cache::new(2);
    cache.put("a".to_owned(), 1);
    cache.put("b".to_owned(), 2);
    assert_eq!(cache.get("a"), Some(1));
    cache.put("c".to_owned(), 3);
    assert_eq!((cache.get("a"), cache.get("b"), cache.get("c")), (Some(1), None, Some(3)));
}

#[test]
fn a_new_value_replaces_the_old() {
    let cache: Cache<u8, u32> = Cache::new(1);
    cache.put(1, 10);
    cache.put(1, 11);
    assert_eq!(cache.get(&1), Some(11));
}
