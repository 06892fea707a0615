#pragma once

// map, set and hash as the mediasoup worker uses them, over the standard containers. Those are slower but
// stricter: their iterators and references stay valid wherever unordered_dense's do.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	namespace detail
	{
		// Finalizer of splitmix64 (Steele, Lea, Flood 2014): std::hash of an integer is the integer itself, and
		// the worker combines such hashes of ports and addresses.
		constexpr uint64_t mix(uint64_t x)
		{
			x += 0x9e3779b97f4a7c15ULL;
			x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
			x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;

			return x ^ (x >> 31);
		}
	} // namespace detail

	template<typename T, typename Enable = void>
	struct hash : std::hash<T>
	{
	};

	template<typename T>
	struct hash<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>>>
	{
		size_t operator()(T value) const noexcept
		{
			return detail::mix(static_cast<uint64_t>(value));
		}
	};

	template<typename T>
	struct hash<T*>
	{
		size_t operator()(T* pointer) const noexcept
		{
			return detail::mix(reinterpret_cast<uintptr_t>(pointer));
		}
	};

	template<typename K, typename V, typename H = hash<K>, typename E = std::equal_to<K>>
	using map = std::unordered_map<K, V, H, E>;

	template<typename K, typename H = hash<K>, typename E = std::equal_to<K>>
	using set = std::unordered_set<K, H, E>;
} // namespace ankerl::unordered_dense
