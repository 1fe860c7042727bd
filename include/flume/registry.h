#pragma once
namespace flume {
struct ComponentInfo;
class ComponentRegistry;
void add_builtin_components(ComponentRegistry& registry);
}  // namespace flume
