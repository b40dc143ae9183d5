//! A map of few keys, kept in their order. It decides nothing; it is there because the standard library's
//! maps cost kilobytes of the module for each type, and a download never has more than some dozens of anything.

use std::borrow::Borrow;

#[derive(Debug)]
pub struct VecMap<K, V> {
    entries: Vec<(K, V)>,
}

impl<K: Ord, V> VecMap<K, V> {
    /// Puts the value in the place of the key's last one.
    pub fn insert(&mut self, key: K, value: V) {
        match self.position(&key) {
            Ok(index) => self.entries[index].1 = value,
            Err(index) => self.entries.insert(index, (key, value)),
        }
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let index = self.position(key).ok()?;
        Some(&self.entries.get(index)?.1)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let index = self.position(key).ok()?;
        Some(&mut self.entries.get_mut(index)?.1)
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let index = self.position(key).ok()?;
        Some(self.entries.remove(index).1)
    }

    pub fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        self.entries.retain(|(key, value)| keep(key, value));
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    fn position<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.entries
            .binary_search_by(|(known, _)| known.borrow().cmp(key))
    }
}

impl<K, V> Default for VecMap<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_in_the_order_of_their_keys() {
        let mut map = VecMap::default();
        for key in [3, 1, 2] {
            map.insert(key, key * 10);
        }
        assert_eq!(map.values().copied().collect::<Vec<_>>(), [10, 20, 30]);
    }

    #[test]
    fn a_key_has_its_last_value_only() {
        let mut map = VecMap::default();
        map.insert("a", 1);
        map.insert("a", 2);
        assert_eq!(map.get("a"), Some(&2));
        assert_eq!(map.remove("a"), Some(2));
        assert_eq!(map.get("a"), None);
        assert_eq!(map.remove("a"), None);
    }
}
