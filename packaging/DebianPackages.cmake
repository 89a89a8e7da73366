# CPack: lotse (master and participant) and lotse-relay. Dependencies on libraries are found by dpkg-shlibdeps.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Lotse authors <lotse@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL lotse relay)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_LOTSE_PACKAGE_NAME lotse)
set(CPACK_DEBIAN_LOTSE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_LOTSE_PACKAGE_DEPENDS fonts-inter)
set(CPACK_DEBIAN_LOTSE_PACKAGE_RECOMMENDS "fonts-noto-core, fonts-dejavu-core, libproxy1-plugin-gsettings | libproxy1-plugin-kconfig")
set(CPACK_DEBIAN_LOTSE_PACKAGE_SUGGESTS lotse-relay)
set(CPACK_DEBIAN_LOTSE_DESCRIPTION "end-to-end encrypted remote support and webinars
A moderator starts a session and gets a number; participants join by that
number, see the screen, chat, point and, when allowed, take control. The relay
in between forwards what it cannot read.

This package has the programs of both sides: lotse-master starts and leads a
session, lotse-participant joins one and opens lotse: links.")

set(CPACK_DEBIAN_RELAY_PACKAGE_NAME lotse-relay)
set(CPACK_DEBIAN_RELAY_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RELAY_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_RELAY_PACKAGE_SUGGESTS certbot)
set(CPACK_DEBIAN_RELAY_DESCRIPTION "relay for end-to-end encrypted remote-support sessions
Hands out session numbers and forwards sealed packets between the programs of
the lotse package. It keeps the newest sealed picture, so that whoever joins
late sees the screen at once, and it can read none of what it forwards.

Runs as a locked-down systemd service, makes its own certificate or uses one
of a certificate authority.")
set(CPACK_DEBIAN_RELAY_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/conffiles
  ${CMAKE_CURRENT_LIST_DIR}/debian/postinst ${CMAKE_CURRENT_LIST_DIR}/debian/prerm
  ${CMAKE_CURRENT_LIST_DIR}/debian/postrm)
include(CPack)
