# Install tree = Flume's: bin, conf, lib, docs below the prefix.
include(GNUInstallDirs)
