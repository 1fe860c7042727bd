// What the environment of the process says to clients of Hadoop. A value; any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace flume {

/// What ${name} in Hadoop's files means besides their own properties: "user.name", "env.HOME".
using HadoopVariables = std::map<std::string, std::string, std::less<>>;

struct HadoopEnvironment {
  std::string conf_folder{};  ///< HADOOP_CONF_DIR: core-site.xml and hdfs-site.xml where --conf does not have them; or empty
  std::string user_name{};    ///< HADOOP_USER_NAME, also as -DHADOOP_USER_NAME; empty: the user of this process
  std::string proxy_user{};   ///< HADOOP_PROXY_USER, likewise; empty: none
  /// System properties, and the variables of the environment with "env." before their names; null: none.
  std::shared_ptr<const HadoopVariables> variables{};
};

}  // namespace flume
